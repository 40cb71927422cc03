import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// Behind PgBouncer in transaction mode two statements may meet two sessions, and no NOTIFY comes.
@Suite(
    "Behind a pooler", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)),
    .enabled(if: PgBouncer.isInstalled, "pgbouncer is not installed: docker/packages.sh test"))
struct JobsPoolerTests {
    private func pooler() async throws -> (PgBouncer, ConnectionTarget) {
        let database = try ScratchDatabase.require()
        let pooler = try PgBouncer(
            database: database.name, users: ["bellwether_worker", "postgres"], sessions: 3)
        let target = pooler.target(database.target(as: "bellwether_worker"))
        for _ in 0..<100 {
            if await Self.answers(target) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        return (pooler, target)
    }

    private static func answers(_ target: ConnectionTarget) async -> Bool {
        do {
            try await Connection.connect(target).close()
            return true
        } catch {
            return false
        }
    }

    @Test("statements, transactions and pipelines of many connections do not meet")
    func statements() async throws {
        let (pooler, target) = try await pooler()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<6 {
                group.addTask {
                    let connection = try await Connection.connect(target)
                    for number in 0..<40 {
                        let own = client * 1000 + number
                        let echo: Int = try await connection.query(
                            "select \(bind: own)::int + 0 * \(bind: client)::int"
                        ).value()
                        #expect(echo == own)
                        let rows = try await connection.pipeline([
                            "select \(bind: own)::text", "select \(bind: client)::bigint",
                        ])
                        #expect(try rows[0].value(as: String.self) == "\(own)")
                        #expect(try rows[1].value(as: Int.self) == client)
                        let inside: String = try await connection.transaction { connection in
                            try await Tenancy.act(for: Int32(client + 1), on: connection)
                            return try await connection.query(
                                "select current_tenant()::text || \(bind: "x")"
                            ).value()
                        }
                        #expect(inside == "\(client + 1)x")
                    }
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        withExtendedLifetime(pooler) {}
    }

    @Test("a worker does every job once, without a NOTIFY")
    func works() async throws {
        let bench = try await JobsBench.make()
        let (pooler, target) = try await pooler()
        try await bench.enqueue(100, tenant: 1)
        let runner = Runner(
            pool: JobsBench.pool(target), handlers: [NoteHandler()], version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await bench.eventually("the first are done") { try await bench.done() == 100 }
        // It sleeps by now: what comes is found by the ladder.
        try await bench.enqueue(1, tenant: 1)
        try await bench.eventually("the last is done") { try await bench.done() == 101 }
        task.cancel()
        try await task.value
        #expect(try await bench.effects() == 101)
        #expect(try await bench.doubled() == 0)
        withExtendedLifetime(pooler) {}
    }
}
