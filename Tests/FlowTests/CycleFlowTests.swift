import Agents
import Foundation
import Postgres
import Providers
import Support
import Synchronization
import Testing
import Trading

@testable import Jobs
@testable import bellwether

@Suite("Cycles", .requiresDatabase, .scratchDatabase)
struct CycleFlowTests {
    private static func payload(_ cycle: Int64) -> String { #"{"cycle_id": \#(cycle)}"# }

    /// Every row of a cycle without its time and cost.
    private func rows(_ cycle: Int64, _ desk: Desk) async throws -> [String] {
        try await desk.query(
            """
            select jsonb_build_object('step', s.step, 'symbol', s.symbol, 'verdict', s.verdict,
                'reason', s.reason, 'output', s.output, 'hash', s.input_hash, 'model', s.model)::text
                as row
            from agent.steps(\(bind: cycle)) as s
            order by array_position('{DataAgent,RiskManager,Validator,MetaAgent}', s.step), s.symbol
            """
        ).decoded { row throws(PostgresError) in try row.get("row") }
    }

    private func decisions(_ cycle: Int64, _ desk: Desk) async throws -> [String] {
        try await desk.query(
            """
            select format('%s %s %s %s', symbol, action, side, quantity) as row
            from agent.decision where cycle_id = \(bind: cycle) order by symbol
            """
        ).decoded { row throws(PostgresError) in try row.get("row") }
    }

    private func verdicts(_ cycle: Int64, _ symbol: String, _ desk: Desk) async throws -> [String] {
        try await desk.query(
            """
            select verdict from agent.steps(\(bind: cycle)) where symbol = \(bind: symbol)
            order by array_position('{DataAgent,RiskManager,Validator,MetaAgent}', step)
            """
        ).decoded { row throws(PostgresError) in try row.get("verdict") }
    }

    @Test("from the views to orders: each symbol goes as far as its reasons carry it")
    func cycle() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(execute: true)
        let handler = RunCycle(pool: desk.worker, analyst: RulesAnalyst())
        try await desk.run(handler, Self.payload(cycle))

        #expect(
            try await verdicts(cycle, "AAPL", desk) == ["buy", "approved", "validated", "EXECUTE"])
        #expect(
            try await verdicts(cycle, "AMZN", desk) == ["hold", "skipped", "skipped", "skipped"])
        #expect(
            try await verdicts(cycle, "^GSPC", desk) == ["buy", "refused", "skipped", "skipped"])
        let status: String = try await desk.query(
            "select status from agent.cycle where cycle_id = \(bind: cycle)"
        ).value()
        #expect(status == "done")
        let orders: [String] = try await desk.query(
            "select symbol || ' ' || status as row from trade.orders order by symbol"
        ).decoded { row throws(PostgresError) in try row.get("row") }
        #expect(orders == ["AAPL ready", "BTC-USD ready"])
        let jobs: Int = try await desk.query(
            "select count(*) from work.job where kind = 'submit_order'"
        ).value()
        #expect(jobs == 2)
        let reason: String = try await desk.query(
            """
            select reason from agent.steps(\(bind: cycle))
            where symbol = '^GSPC' and step = 'RiskManager'
            """
        ).value()
        #expect(reason.hasPrefix("NOT_TRADABLE"))
        await desk.close()
    }

    @Test("patterns that are not found in time are left out, and the cycle says so")
    func lateIsLeftOut() async throws {
        let desk = try await Desk.open()
        try await desk.admin.withConnection { connection in
            try await connection.execute(
                """
                create or replace function agent._patterns(symbol text, as_of timestamptz)
                returns jsonb language plpgsql
                as $$ begin perform pg_sleep(60); return '{}'; end $$
                """)
        }
        _ = try await desk.query("select tenant.set_setting('pattern_timeout_seconds', '0.05')")
        let cycle = try await desk.newCycle(["AAPL"])
        try await desk.run(
            RunCycle(pool: desk.worker, analyst: RulesAnalyst()), Self.payload(cycle))

        let row = try await desk.query(
            """
            select c.status, s.verdict, s.reason from agent.cycle as c
            inner join agent.step as s using (tenant_id, cycle_id)
            where c.cycle_id = \(bind: cycle) and s.step = 'DataAgent'
            """
        ).only()
        #expect(try row.get("status", as: String.self) == "done")
        #expect(try row.get("verdict", as: String.self) == "buy")
        #expect(
            try row.get("reason", as: String.self)
                .contains("no memory (patterns: they were not found in time)"))
        await desk.close()
    }

    @Test("a job that comes twice changes nothing")
    func twice() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(execute: true)
        let handler = RunCycle(pool: desk.worker, analyst: RulesAnalyst())
        try await desk.run(handler, Self.payload(cycle))
        let before = try await rows(cycle, desk)
        try await desk.run(handler, Self.payload(cycle), attempt: 2)
        #expect(try await rows(cycle, desk) == before)
        let orders: Int = try await desk.query("select count(*) from trade.orders").value()
        #expect(orders == 2)
        await desk.close()
    }

    @Test(
        "killed in any step and run again, it ends in the same rows and orders",
        arguments: ["signal", "factors", "validation", "decision", "completion"])
    func resume(place: String) async throws {
        let desk = try await Desk.open()
        let whole = try await desk.newCycle()
        try await desk.run(
            RunCycle(pool: desk.worker, analyst: RulesAnalyst()), Self.payload(whole))

        let cycle = try await desk.newCycle(execute: true)
        let handler = RunCycle(pool: desk.worker, analyst: FaultyAnalyst(failingIn: place))
        if place == "completion" {
            // Everything is done, and dies before it is stored with the acknowledgement.
            _ = try await handler.handle(desk.job("run_cycle", Self.payload(cycle)))
        } else {
            await #expect(throws: FaultyAnalyst.Fault.self) {
                try await desk.run(handler, Self.payload(cycle))
            }
        }
        #expect(try await decisions(cycle, desk) == [])
        try await desk.run(handler, Self.payload(cycle), attempt: 2)

        #expect(try await rows(cycle, desk) == rows(whole, desk))
        #expect(try await decisions(cycle, desk) == decisions(whole, desk))
        let orders: Int = try await desk.query("select count(*) from trade.orders").value()
        #expect(orders == 2)
        await desk.close()
    }

    @Test("steps that were finished are not judged again")
    func judgesOnce() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(["AAPL", "AMZN"])
        let analyst = FaultyAnalyst(failingIn: "validation")
        let handler = RunCycle(pool: desk.worker, analyst: analyst)
        await #expect(throws: FaultyAnalyst.Fault.self) {
            try await desk.run(handler, Self.payload(cycle))
        }
        try await desk.run(handler, Self.payload(cycle), attempt: 2)
        #expect(analyst.calls == ["signal": 2, "factors": 1, "validation": 2, "decision": 1])
        await desk.close()
    }

    @Test("no transaction is open while the analyst thinks")
    func noTransaction() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(["AAPL"])
        let analyst = FaultyAnalyst(failingIn: "nowhere") {
            try await desk.query(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and usename = 'bellwether_worker'
                    and state like 'idle in transaction%'
                """
            ).value()
        }
        try await desk.run(RunCycle(pool: desk.worker, analyst: analyst), Self.payload(cycle))
        #expect(analyst.open == [0, 0, 0, 0])
        await desk.close()
    }

    @Test("a cycle whose last attempt fails is failed, with the reason")
    func fails() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(["AAPL"])
        let handler = RunCycle(pool: desk.worker, analyst: FaultyAnalyst(failingIn: "signal"))
        await #expect(throws: FaultyAnalyst.Fault.self) {
            try await desk.run(handler, Self.payload(cycle), attempt: 5)
        }
        let row = try await desk.query(
            "select status, reason from agent.cycle where cycle_id = \(bind: cycle)"
        ).only()
        #expect(try row.get("status", as: String.self) == "failed")
        #expect(try row.get("reason", as: String.self).contains("signal"))
        await desk.close()
    }

    @Test("a cycle nobody has is dead at once; so is a payload that says nothing")
    func unknownCycle() async throws {
        let desk = try await Desk.open()
        let handler = RunCycle(pool: desk.worker, analyst: RulesAnalyst())
        for payload in [#"{"cycle_id": 4711}"#, "{}", #"{"cycle_id": "x"}"#] {
            let failure = await #expect(throws: JobFailure.self) {
                try await desk.run(handler, payload)
            }
            guard case .permanent = try #require(failure) else {
                Issue.record("\(payload) would be tried again")
                continue
            }
        }
        await desk.close()
    }

    @Test("another tenant's cycle cannot be run")
    func otherTenant() async throws {
        let desk = try await Desk.open()
        let cycle = try await desk.newCycle(["AAPL"])
        try await desk.admin.withConnection { connection in
            try await connection.execute("select tenant.create_tenant(2, 'two')")
        }
        let handler = RunCycle(pool: desk.worker, analyst: RulesAnalyst())
        let job = Job(id: 1, kind: "run_cycle", tenant: 2, payload: JSON(text: Self.payload(cycle)))
        await #expect(throws: JobFailure.self) { try await handler.handle(job) }
        #expect(try await rows(cycle, desk) == [])
        await desk.close()
    }

    @Test("a day of the desk: cycle, orders, fills, and the next cycle sells what fell")
    func day() async throws {
        let desk = try await Desk.open()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let submit = SubmitOrder(pool: desk.worker) { _, _ in paper }
        let match = MatchOrders(pool: desk.worker) { _, _ in paper }
        // Bought at the open of the 2nd, at about 102, and fallen since.
        let order = try await desk.placeOrder("NFLX", 50, asOf: "2018-02-01")
        try await desk.run(submit, #"{"order_id": \#(order)}"#)
        try await desk.run(match, #"{"account_id": \#(desk.account)}"#)

        let cycle = try await desk.newCycle(execute: true)
        try await desk.run(
            RunCycle(pool: desk.worker, analyst: RulesAnalyst()), Self.payload(cycle))
        #expect(
            try await verdicts(cycle, "NFLX", desk) == ["sell", "approved", "validated", "EXECUTE"])
        let ready: [Int64] = try await desk.query(
            "select order_id from trade.orders where status = 'ready' order by order_id"
        ).decoded { row throws(PostgresError) in try row.get("order_id") }
        for order in ready { try await desk.run(submit, #"{"order_id": \#(order)}"#) }
        try await desk.run(match, #"{"account_id": \#(desk.account)}"#)

        let positions: [String] = try await desk.query(
            "select symbol from trade.position where quantity <> 0 order by symbol"
        ).decoded { row throws(PostgresError) in try row.get("symbol") }
        #expect(positions == ["AAPL", "BTC-USD"])
        #expect(try await desk.audit() == [])
        await desk.close()
    }
}

/// The rules, failing once in one agent, and looking around in each.
private final class FaultyAnalyst: Analyst {
    struct Fault: Error { let place: String }

    let name = "rules-v1"
    let promptVersion: String? = nil
    private let rules = RulesAnalyst()
    private let due: Mutex<String?>
    private let counts = Mutex<[String: Int]>([:])
    private let seen = Mutex<[Int]>([])
    private let look: (@Sendable () async throws -> Int)?

    init(failingIn place: String, look: (@Sendable () async throws -> Int)? = nil) {
        due = Mutex(place)
        self.look = look
    }

    var calls: [String: Int] { counts.withLock { $0 } }
    var open: [Int] { seen.withLock { $0 } }

    private func pass(_ place: String) async throws {
        counts.withLock { $0[place, default: 0] += 1 }
        if let look {
            let found = try await look()
            seen.withLock { $0.append(found) }
        }
        let isDue = due.withLock { due in
            let isDue = due == place
            if isDue { due = nil }
            return isDue
        }
        if isDue { throw Fault(place: place) }
    }

    func signal(from view: MarketView) async throws -> Judgment<Trading.Signal> {
        try await pass("signal")
        return try await rules.signal(from: view)
    }

    func factors(of item: Case) async throws -> Judgment<[RiskFactor]> {
        try await pass("factors")
        return try await rules.factors(of: item)
    }

    func validation(of item: Case) async throws -> Judgment<Validation> {
        try await pass("validation")
        return try await rules.validation(of: item)
    }

    func decision(on item: Case) async throws -> Judgment<Decision> {
        try await pass("decision")
        return try await rules.decision(on: item)
    }
}
