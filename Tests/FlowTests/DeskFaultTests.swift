import Agents
import Foundation
import Jobs
import Postgres
import Support
import Testing

@testable import bellwether

/// A worker is killed with SIGKILL while it runs a cycle and sends its orders; another one finishes.
/// The end is always the same: each step once, each decision one order, each order one fill.
@Suite("A desk's worker killed", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(10)))
struct DeskFaultTests {
    @Test(
        "at any point leaves the same cycle, orders and fills",
        arguments: [
            "after_handle:1", "before_ack:1", "after_ack:1", "before_post:1", "after_post:1",
            "before_post:2", "after_post:2", "before_ack:2", "before_ack:4",
        ])
    func survives(point: String) async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(execute: true)
        let url = try ScratchDatabase.require().url(as: "bellwether_worker")
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [url = url as String, point = point as String] in
            setenv("BELLWETHER_FAULT", point, 1)
            try await DeskFaultTests.work(Pool(try ConnectionTarget(url)))
        }
        // The dead worker's silence is made to have lasted long enough.
        _ = try await desk.query(
            "update work.worker set heartbeat_at = heartbeat_at - interval '1 minute'")
        try await DeskFaultTests.work(desk.worker)

        let counts = try await desk.query(
            """
            select (select count(*) from agent.steps(\(bind: cycle))) as steps,
                (select count(*) from agent.decision) as decisions,
                (select count(*) from trade.orders where status = 'filled') as filled,
                (select count(*) from trade.orders) as orders,
                (select count(*) from trade.paper_book) as at_broker,
                (select count(*) from trade.fill) as fills,
                (select status from agent.cycle where cycle_id = \(bind: cycle)) as status,
                (select count(*) from work.job
                    where kind in ('run_cycle', 'submit_order', 'match_orders'))
                    + (select count(*) from work.dead) as left_over
            """
        ).only()
        #expect(try counts.get("steps", as: Int.self) == 4 * Desk.symbols.count)
        #expect(try counts.get("status", as: String.self) == "done")
        for name in ["decisions", "filled", "orders", "at_broker", "fills"] {
            #expect(try counts.get(name, as: Int.self) == 2, "\(name)")
        }
        #expect(try counts.get("left_over", as: Int.self) == 0)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    /// Does what waits of the desk's kinds, one job after another.
    private static func work(_ pool: Pool) async throws {
        let broker: SubmitOrder.Brokers = { tenant, account in
            PaperBroker(pool: pool, tenant: tenant, account: account)
        }
        var settings = Runner.Settings()
        settings.untilIdle = true
        settings.slots = 1
        try await Runner(
            pool: pool,
            handlers: [
                RunCycle(pool: pool, analyst: RulesAnalyst()),
                SubmitOrder(pool: pool, broker: broker), MatchOrders(pool: pool, broker: broker),
            ], settings: settings, version: "test"
        ).run()
    }
}
