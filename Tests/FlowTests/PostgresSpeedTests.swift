import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

// Measurements, not tests: BELLWETHER_BENCH=yes swift test -c release -Xswiftc -enable-testing
// --filter FlowTests.Speed. Each prints its figure beside a baseline of the same run.

extension Trait where Self == ConditionTrait {
    fileprivate static var bench: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["BELLWETHER_BENCH"] != nil,
            "a measurement: set BELLWETHER_BENCH")
    }
}

@Suite("Speed", .requiresDatabase, .bench, .scratchDatabase, .serialized)
struct SpeedTests {
    private func report(_ what: String, _ figure: Double, _ unit: String) {
        print(
            "speed: \(what): \(figure.formatted(.number.precision(.fractionLength(0...3)))) \(unit)"
        )
    }

    private func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    @Test("simple selects, against pgbench")
    func selects() async throws {
        let scratch = try ScratchDatabase.require()
        let connection = try await Connection.connect(scratch.admin)
        try TestServer.run("pgbench", ["-i", "-q", "-s", "1", scratch.url()])
        let count = 20_000
        for round in 1...3 {
            let inside = try await seconds {
                try await connection.withIsolation { connection in
                    for number in 1...count {
                        _ = try await connection.query(
                            "select abalance from pgbench_accounts where aid = \(bind: number)"
                        ).value(as: Int.self)
                    }
                }
            }
            let outside = try await seconds {
                for number in 1...count {
                    _ = try await connection.query(
                        "select abalance from pgbench_accounts where aid = \(bind: number)")
                }
            }
            let output = try TestServer.run(
                "pgbench",
                [
                    "-n", "-S", "-M", "prepared", "-t", "\(count)", "-s", "1",
                    try scratch.url(),
                ])
            let tps = output.split(separator: "\n").first { $0.hasPrefix("tps") } ?? "tps unknown"
            report("round \(round) selects inside the actor", Double(count) / inside, "/s")
            report("round \(round) selects from outside", Double(count) / outside, "/s")
            print("speed: round \(round) pgbench: \(tps)")
        }
    }

    @Test("inserts, pipelined and one by one")
    func inserts() async throws {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        try await connection.execute(
            "set synchronous_commit = off; create table item (id int, text text)")
        @Sendable func insert(_ number: Int) -> SQL {
            "insert into item values (\(bind: number), \(bind: "some text"))"
        }
        for round in 1...3 {
            let single = try await seconds {
                try await connection.withIsolation { connection in
                    for number in 0..<5000 { _ = try await connection.query(insert(number)) }
                }
            }
            let pipelined = try await seconds {
                for _ in 0..<40 { _ = try await connection.pipeline((0..<500).map(insert)) }
            }
            report("round \(round) inserts one by one", 5000 / single, "/s")
            report("round \(round) inserts pipelined", 20_000 / pipelined, "/s")
        }
    }

    @Test("from NOTIFY to the consumer")
    func notifications() async throws {
        let listener = try await Connection.connect(ScratchDatabase.require().admin)
        let sender = try await Connection.connect(ScratchDatabase.require().admin)
        var notifications = try await listener.listen("x").makeAsyncIterator()
        var waits: [Double] = []
        for _ in 0..<1000 {
            try await sender.execute("notify x")
            let sent = ContinuousClock.now
            _ = await notifications.next()
            waits.append((ContinuousClock.now - sent) / .microseconds(1))
        }
        waits.sort()
        report("NOTIFY after the commit returned, p50", waits[500], "us")
        report("NOTIFY after the commit returned, p99", waits[990], "us")
    }

    @Test("jobs drained by one worker")
    func jobs() async throws {
        let bench = try await JobsBench.make()
        for slots in [8, 32, 100] {
            let count = 20_000
            _ = try await bench.admin.query(
                """
                select count(work.enqueue('note', '{}', 1))
                from generate_series(1, \(bind: count)::int)
                """)
            let time = try await seconds { try await bench.drain([EmptyHandler()], slots: slots) }
            report("jobs drained with \(slots) slots, nothing to store", Double(count) / time, "/s")
        }
        _ = try await bench.admin.query(
            "select count(work.enqueue('note', '{}', 1)) from generate_series(1, 5000)")
        let time = try await seconds { try await bench.drain([NoteHandler()], slots: 32) }
        report("jobs drained with 32 slots, one row each", 5000 / time, "/s")
    }

    @Test("from the enqueue's return to the handler, with an idle worker")
    func wakeUp() async throws {
        let bench = try await JobsBench.make()
        let (starts, hasStarted) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let runner = Runner(
            pool: bench.pool, handlers: [NoteHandler { _ in hasStarted.yield(.now) }],
            version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await Task.sleep(for: .seconds(2))
        var waits: [Double] = []
        var started = starts.makeAsyncIterator()
        for _ in 0..<200 {
            try await bench.enqueue(1)
            let sent = ContinuousClock.now
            let start = try #require(await started.next())
            waits.append((start - sent) / .milliseconds(1))
            try await Task.sleep(for: .milliseconds(50))
        }
        task.cancel()
        try await task.value
        waits.sort()
        report("enqueue to start when idle, p50", waits[100], "ms")
        report("enqueue to start when idle, p99", waits[197], "ms")
    }
}

private struct EmptyHandler: JobHandler {
    let kind = "note"
    func handle(_ job: Job) async throws -> Completion { .nothing }
}
