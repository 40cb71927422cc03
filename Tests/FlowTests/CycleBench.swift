import Agents
import Foundation
import Glibc
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// What a cycle costs of our own when models answer at once, and many cycles side by side.
@Suite("Cycles side by side", .requiresDatabase, .scratchDatabase)
struct CycleBench {
    /// Says what each step wants to hear, at once, and counts.
    private static let model = ScriptedModel("smollm2", provider: .local) {
        request, _ throws(ModelError) in
        let text = request.messages.first?.text ?? ""
        func member(_ name: String) -> String {
            let rest = text.components(separatedBy: "\"\(name)\":\"").dropFirst().first ?? ""
            return String(rest.prefix { $0 != "\"" })
        }
        let symbol = member("symbol")
        let answer =
            switch member("task") {
            case "DataAgent":
                """
                {"symbol": "\(symbol)", "action": "buy", "quantity": 5, "stop_fraction": 0.05,
                 "confidence": 0.9, "reason": "r"}
                """
            case "RiskManager": #"{"symbol": "\#(symbol)", "factors": []}"#
            case "Validator":
                """
                {"symbol": "\(symbol)", "verdict": "validated", "share": 1, "confidence": 0.9,
                 "reason": "r"}
                """
            default:
                #"{"symbol": "\#(symbol)", "action": "EXECUTE", "share": 1, "reason": "r"}"#
            }
        return ModelAnswer(
            text: answer, usage: TokenUsage(prompt: 1000, completion: 50), model: "smollm2")
    }

    private func handler(_ desk: Desk) -> RunCycle {
        RunCycle(pool: desk.worker) { tenant, row in
            let stored = StoredDesk(pool: desk.worker, tenant: tenant, cycle: row)
            return ModelAnalyst(
                prompts: try await stored.prompts(), desk: stored, cycle: row.traceID.uuidString
            ) { _, _ in Self.model }
        }
    }

    private func open() async throws -> Desk {
        let desk = try await Desk.open()
        for (name, value) in [("routing_only", #"["local"]"#), ("answer_cache_hours", "1")] {
            let json = JSON(text: value)
            _ = try await desk.query("select tenant.set_setting(\(bind: name), \(bind: json))")
        }
        return desk
    }

    @Test("twenty cycles at once end, each with its steps, and the books agree")
    func parallel() async throws {
        let desk = try await open()
        let symbols = ["AAPL", "AMZN", "NFLX", "BTC-USD"]
        var cycles: [Int64] = []
        for _ in 0..<20 { cycles.append(try await desk.newCycle(symbols, execute: true)) }
        let handler = handler(desk)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for cycle in cycles {
                group.addTask { try await desk.run(handler, #"{"cycle_id": \#(cycle)}"#) }
            }
            try await group.waitForAll()
        }
        let row = try await desk.query(
            """
            select (select count(*) from agent.cycle where status = 'done') as done,
                (select count(*) from agent.step) as steps,
                (select count(*) from agent.decision) as decisions,
                (select count(*) from agent.verify_events()) as broken
            """
        ).only()
        #expect(try row.get("done", as: Int.self) == 20)
        #expect(try row.get("steps", as: Int.self) == 20 * 4 * symbols.count)
        #expect(try row.get("decisions", as: Int.self) == 20 * symbols.count)
        #expect(try row.get("broken", as: Int.self) == 0)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    /// Prints; a time is no test. BELLWETHER_BENCH=yes swift test --filter CycleBench
    @Test(
        "own CPU of a cycle, model latency 0",
        .enabled(
            if: ProcessInfo.processInfo.environment["BELLWETHER_BENCH"] != nil,
            "BELLWETHER_BENCH is not set"))
    func cost() async throws {
        let desk = try await open()
        let symbols = ["AAPL", "AMZN", "NFLX", "BTC-USD"]
        let handler = handler(desk)
        // Plans and connections are made once.
        try await desk.run(
            handler, #"{"cycle_id": \#(try await desk.newCycle(symbols, execute: true))}"#)
        let rounds = 25
        var cycles: [Int64] = []
        for _ in 0..<rounds { cycles.append(try await desk.newCycle(symbols, execute: true)) }
        let (program, server, start) = (Self.programCPU(), Self.serverCPU(), ContinuousClock.now)
        for cycle in cycles { try await desk.run(handler, #"{"cycle_id": \#(cycle)}"#) }
        let wall = (ContinuousClock.now - start) / .milliseconds(1)
        let count = Double(rounds * symbols.count)
        print(
            "cycle: \(rounds) cycles of \(symbols.count) symbols, model latency 0, ms per symbol: "
                + "program \(((Self.programCPU() - program) / count).fixed(2)) CPU, server "
                + "\(((Self.serverCPU() - server) / count).fixed(2)) CPU, wall \((wall / count).fixed(2))"
        )
        await desk.close()
    }

    /// CPU of this process so far, in milliseconds.
    private static func programCPU() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func milliseconds(_ time: timeval) -> Double {
            Double(time.tv_sec) * 1000 + Double(time.tv_usec) / 1000
        }
        return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
    }

    /// CPU of the database's sessions of this test so far, in milliseconds.
    private static func serverCPU() -> Double {
        let tick = 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { Int($0) }.map { process -> Double in
            guard
                let name = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                name.contains("postgres: bellwether_worker "),
                let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            else { return 0 }
            let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
            else { return 0 }
            return (user + system) * tick
        }.reduce(0, +)
    }
}
