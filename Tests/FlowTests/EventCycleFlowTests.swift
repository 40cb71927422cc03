import Foundation
import Postgres
import Support
import Testing

/// A sudden move of the market, a worker that runs, and how long the desk takes to look at it.
@Suite("Event cycles", .requiresDatabase, .scratchDatabase)
struct EventCycleFlowTests {
    /// How a move becomes known, one statement and so one commit.
    enum Move: String, CaseIterable, CustomTestStringConvertible {
        case quote, bar

        var testDescription: String { "a \(rawValue)" }

        /// Prices before the move, and the one that moved, of the named symbol.
        func insert(_ symbol: String, _ price: Double, ago: String) -> SQL {
            switch self {
            case .quote:
                """
                insert into market.quote (instrument_id, ts, bid, ask, known_at)
                select i.instrument_id, at, \(bind: price) - 0.01, \(bind: price) + 0.01, at
                from market.instrument as i
                cross join lateral (select clock_timestamp() - \(bind: ago)::interval as at) as t
                where i.symbol = \(bind: symbol)
                """
            case .bar:
                """
                insert into market.bar (
                    instrument_id, bar_interval, ts, open, high, low, close, volume, known_at)
                select i.instrument_id, '1m', at - interval '1 minute', p, p, p, p, 1e3, at
                from market.instrument as i
                cross join (select \(bind: price)::float8 as p) as o
                cross join lateral (
                    select date_trunc('minute', clock_timestamp()) - \(bind: ago)::interval as at
                ) as t
                where i.symbol = \(bind: symbol)
                """
            }
        }
    }

    @Test(
        "an event cycle starts, and its first step, within a second of the row's commit",
        arguments: Move.allCases)
    func startsWithinASecond(_ move: Move) async throws {
        let desk = try await Desk.open()
        _ = try await desk.query(
            """
            select agent.set_monitor(
                0.05, interval '15 minutes', interval '15 minutes', '{equity}', null, false)
            """)
        for symbol in ["AAPL", "AMZN", "NFLX"] {
            _ = try await desk.admin.query(move.insert(symbol, 100, ago: "3 minutes"))
        }
        try await withWorker {
            // The second counts for each row, also for the first that a worker sees.
            for symbol in ["AAPL", "AMZN", "NFLX"] {
                _ = try await desk.admin.query(move.insert(symbol, 94, ago: "0 s"))
                let committed: Date = try await desk.admin.query("select clock_timestamp()").value()
                let started = try await ended(symbol, desk)
                let (cycle, step) = (
                    started.cycle.timeIntervalSince(committed),
                    started.step.timeIntervalSince(committed)
                )
                print("event cycle of a \(move): \(Int(cycle * 1000)), \(Int(step * 1000)) ms")
                #expect(cycle < 1 && step < 1)
            }
        }
        let kinds = try await desk.query(
            "select distinct kind || ' ' || status as said from agent.cycle"
        ).decoded { row throws(PostgresError) in try row.get("said", as: String.self) }
        #expect(kinds == ["event done"])
        await desk.close()
    }

    /// When the cycle of a move and its first agent started, once both are recorded.
    private func ended(_ symbol: String, _ desk: Desk) async throws -> (cycle: Date, step: Date) {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let rows = try await desk.query(
                """
                select c.started_at, s.at - s.ms * interval '1 millisecond' as first_at
                from agent.cycle as c
                inner join agent.step as s using (tenant_id, cycle_id)
                where c.kind = 'event' and c.symbols = array[\(bind: symbol)]
                and c.status = 'done' and s.step = 'DataAgent'
                """)
            if let row = rows.first {
                return (try row.get("started_at"), try row.get("first_at"))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestServerError("the event cycle of \(symbol) did not end")
    }

    /// The program as a worker of its own, while `body` runs.
    private func withWorker(_ body: () async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
            .deletingLastPathComponent().appending(path: "bellwether")
        process.arguments = ["worker", "--log-format", "json"]
        process.environment = [
            "DATABASE_URL": try ScratchDatabase.require().url(as: "bellwether_worker"),
            "PATH": "/usr/bin:/bin",
        ]
        let pipe = Pipe()
        process.standardError = pipe
        let errors = Collected()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            errors.add(String(decoding: handle.availableData, as: UTF8.self))
        }
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
            pipe.fileHandleForReading.readabilityHandler = nil
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while !errors.text.contains("is ready") {
            guard ContinuousClock.now < deadline else {
                throw TestServerError("the worker did not start: \(errors.text)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        try await body()
    }
}
