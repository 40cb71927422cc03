package import Foundation
internal import Synchronization

/// A scripted vendor on the loopback: a Python program of Tests/Support/Fakes, see fake.py.
///
/// It ends with this object, or when the test's process does.
package final class FakeServer: Sendable {
    /// One request as the fake got it.
    package struct Request: Sendable {
        package let method: String
        package let path: String
        package let headers: [String: String]
        /// The body's JSON text with sorted keys; empty without one.
        package let body: String
    }

    package let port: Int
    package var base: String { "http://127.0.0.1:\(port)" }

    private struct Pipes: @unchecked Sendable {
        let process: Process
        let input: FileHandle
        let output: FileHandle
    }

    private let pipes: Mutex<Pipes>

    package static let folder = TestServer.root.appending(path: "Tests/Support/Fakes")

    /// - Parameter name: `models` or `alpaca_broker`.
    package init(_ name: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.folder.appending(path: "\(name).py").path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let pipes = Pipes(
            process: process, input: input.fileHandleForWriting,
            output: output.fileHandleForReading)
        guard let port = Int(try Self.line(pipes)) else {
            throw TestServerError("the fake \(name) said no port")
        }
        self.port = port
        self.pipes = Mutex(pipes)
    }

    deinit { pipes.withLock { try? $0.input.close() } }

    /// What the next requests meet, one JSON object each.
    package func script(_ steps: String...) throws {
        let answer = try ask(#"{"script": [\#(steps.joined(separator: ","))]}"#)
        guard answer == #""ok""# else { throw TestServerError("the fake said \(answer)") }
    }

    /// What came since the last call.
    package func requests() throws -> [Request] {
        let answer = try JSONSerialization.jsonObject(
            with: Data(try ask(#"{"requests": true}"#).utf8))
        guard let list = answer as? [[String: Any]] else {
            throw TestServerError("the fake's requests cannot be read")
        }
        return try list.map { item in
            let body = item["body"] ?? NSNull()
            let text = try JSONSerialization.data(
                withJSONObject: body,
                options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
            return Request(
                method: item["method"] as? String ?? "", path: item["path"] as? String ?? "",
                headers: item["headers"] as? [String: String] ?? [:],
                body: body is NSNull ? "" : String(decoding: text, as: UTF8.self))
        }
    }

    /// One line of a command, one line of an answer.
    package func ask(_ command: String) throws -> String {
        try pipes.withLock { pipes in
            try pipes.input.write(contentsOf: Data((command + "\n").utf8))
            return try Self.line(pipes)
        }
    }

    private static func line(_ pipes: Pipes) throws -> String {
        var bytes: [UInt8] = []
        while let byte = try pipes.output.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
