import Foundation
import Postgres
import Support
import Testing

@testable import Gateway

@Suite("The queue's state", .requiresDatabase, .scratchDatabase)
struct JobBoardFlowTests {
    private func ready(_ text: String?) throws -> Int {
        struct Row: Decodable {
            let kind: String
            let ready: Int
        }
        struct Board: Decodable { let summary: [Row] }
        let text = try #require(text)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("data: ") })
        let board = try JSONDecoder().decode(Board.self, from: Data(line.dropFirst(6).utf8))
        return board.summary.reduce(0) { $0 + ($1.kind == "run_cycle" ? $1.ready : 0) }
    }

    @Test(
        "A page gets it at once and after each change; another tenant's page hears nothing",
        .timeLimit(.minutes(1)))
    func changes() async throws {
        let desk = try await Desk.open()
        _ = try await desk.admin.query("select tenant.create_tenant(2, 'two')")
        let pool = Pool(try ScratchDatabase.require().target(as: "bellwether_gateway"))
        let service = Service(
            pool: pool, libraries: nil, isSecure: false, log: { _ in },
            complain: { Issue.record("\($0)") })
        let running = Task { await service.run() }
        let one = try await service.jobs.subscribe(tenant: 1)
        let two = try await service.jobs.subscribe(tenant: 2)
        var ones = one.texts.makeAsyncIterator()
        var twos = two.texts.makeAsyncIterator()
        #expect(try ready(await ones.next()) == 0)
        #expect(try ready(await twos.next()) == 0)

        for wanted in 1...2 {
            _ = try await desk.admin.query("select work.enqueue('run_cycle', '{}', 1)")
            var seen = 0
            while seen < wanted { seen = try ready(await ones.next()) }
            #expect(seen == wanted)
        }
        // What the second tenant hears next is of its own: nothing came before it.
        _ = try await desk.admin.query("select work.enqueue('run_cycle', '{}', 2)")
        #expect(try ready(await twos.next()) == 1)

        await service.endStreams()
        #expect(await ones.next() == nil)
        running.cancel()
        await running.value
        await pool.close()
        await desk.close()
    }

    @Test("Nobody is told while nobody looks, and one second is announced once")
    func silence() async throws {
        let desk = try await Desk.open()
        func told() async throws -> Int64 {
            try await desk.admin.query(
                "select coalesce(pg_sequence_last_value('gateway.jobs_announced_at'), 0)"
            ).value()
        }
        _ = try await desk.admin.query("select work.enqueue('run_cycle', '{}', 1)")
        #expect(try await told() == 0)
        _ = try await desk.admin.query("select gateway.watch_jobs()")
        _ = try await desk.admin.query("select work.enqueue('run_cycle', '{}', 1)")
        #expect(try await told() > 0)
        await desk.close()
    }
}
