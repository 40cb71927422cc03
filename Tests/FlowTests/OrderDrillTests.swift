import Foundation
import Glibc
import Jobs
import Postgres
import Providers
import Support
import Testing

/// Decisions become orders while workers and the server are killed and the broker loses answers.
///
/// After everything has come to rest there is one order at the broker for each decision, each of
/// its fills is booked once, and the ledger sums to zero. The same drill with orders sent naively
/// finds doubles: it can fail.
@Suite("Decisions under fire", .requiresDatabase, .serialized, .timeLimit(.minutes(20)))
struct OrderDrillTests {
    /// How much of it: whole with `make test-long`, bounded with `make test`.
    private struct Size {
        let cycles: Int
        let workers: Int
        let serverKills: Int
        var decisions: Int { cycles * OrderDrillWorker.symbols.count }

        static let whole = Size(cycles: 10, workers: 3, serverKills: 8)
        static let bounded = Size(cycles: 2, workers: 2, serverKills: 1)
        /// Enough for doubles: they come of the broker's lost answers alone.
        static let naive = Size(cycles: 1, workers: 2, serverKills: 1)
    }

    private struct Outcome: CustomStringConvertible {
        var decisions = 0
        var atBroker = 0
        var missing = 0
        var doubled = 0
        var unfilled = 0
        var fills = 0
        var ledger = Decimal(-1)
        var disagreements = 0
        var workerKills = 0
        var serverKills = 0
        var posts = 0
        var faults = ""
        var refusals = ""

        var description: String {
            "\(decisions) decisions, \(workerKills) workers and \(serverKills) servers killed, "
                + "broker's faults \(faults), \(posts) POSTs: \(atBroker) orders at the broker, "
                + "\(missing) missing, \(doubled) doubled, \(fills) fills, ledger sum \(ledger), "
                + "\(disagreements) disagreements, refused: [\(refusals)]"
        }
    }

    @Test("nothing is missing and nothing is doubled")
    func holds() async throws {
        let size = TestServer.isLong ? Size.whole : .bounded
        let outcome = try await drill(size, isNaive: false)
        print("drill: \(outcome)")
        #expect(outcome.decisions == size.decisions)
        #expect(outcome.missing == 0 && outcome.doubled == 0 && outcome.unfilled == 0)
        #expect(outcome.atBroker == size.decisions)
        #expect(outcome.fills == 2 * size.decisions)
        #expect(outcome.ledger == 0 && outcome.disagreements == 0)
        #expect(outcome.workerKills > 0 && outcome.serverKills == size.serverKills)
    }

    @Test("with a fresh id for each try and no question first, orders are doubled: it is seen")
    func naive() async throws {
        let outcome = try await drill(.naive, isNaive: true)
        print("naive drill: \(outcome)")
        #expect(outcome.doubled > 0 && outcome.atBroker > outcome.decisions)
    }

    // MARK: The drill

    private func drill(_ size: Size, isNaive: Bool) async throws -> Outcome {
        let server = try DrillServer()
        let fake = try FakeServer("alpaca_broker")
        for command in [
            #"{"chaos": {"seed": 7, "drop": 0.2, "500": 0.08, "429": 0.04}}"#,
            #"{"fills": "100.5"}"#,
        ] {
            #expect(try fake.ask(command) == #""ok""#)
        }
        try await prepare(server, size)
        var outcome = Outcome()
        let url = server.url(as: "bellwether_worker")
        var workers: [Process] = []
        defer {
            for worker in workers where worker.isRunning {
                kill(worker.processIdentifier, SIGKILL)
            }
        }
        for _ in 0..<size.workers {
            workers.append(
                try OrderDrillWorker.start(url, broker: fake.base, isNaive: isNaive))
        }
        var random = SeededGenerator(seed: 11)
        // Each round some workers die, then the server.
        for _ in 0..<size.serverKills {
            for _ in 0..<size.workers {
                try await Task.sleep(for: .milliseconds(Int.random(in: 700...1800, using: &random)))
                let victim = Int.random(in: 0..<workers.count, using: &random)
                kill(workers[victim].processIdentifier, SIGKILL)
                workers[victim].waitUntilExit()
                outcome.workerKills += 1
                workers[victim] = try OrderDrillWorker.start(
                    url, broker: fake.base, isNaive: isNaive)
            }
            try await server.kill()
            outcome.serverKills += 1
            try server.start()
        }
        let admin = try await Connection.connect(server.target(as: "postgres"))
        try await rest(admin, isNaive: isNaive)
        try await count(&outcome, size, admin, fake)
        await admin.close()
        for worker in workers where worker.isRunning {
            kill(worker.processIdentifier, SIGKILL)
            worker.waitUntilExit()
        }
        try server.remove()
        return outcome
    }

    /// Instruments with a price of today, an account at the broker, and cycles that wait.
    private func prepare(_ server: DrillServer, _ size: Size) async throws {
        let admin = try await Connection.connect(server.target(as: "postgres"))
        try await admin.execute(
            """
            select tenant.create_tenant(1, 'one');
            -- Every kill counts as an attempt; here they come by the dozen.
            update work.kind set max_attempts = 100;
            insert into market.instrument (symbol, asset_class)
            select format('D%s', lpad(n::text, 2, '0')), 'crypto'
            from generate_series(1, \(OrderDrillWorker.symbols.count)) as n;
            insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
            select i.instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day',
                100, 101, 99, 100, date_trunc('day', now(), 'UTC')
            from market.instrument as i where i.symbol ~ '^D';
            begin;
            set local bellwether.tenant = 1;
            select tenant.set_setting('max_positions', '1000');
            select tenant.set_setting('max_orders_per_minute', '100000');
            -- Decisions for a broker that is not paper wait for a person otherwise.
            select agent.set_approval_mode('auto');
            -- All are coins; cash is as much as at the broker, and is compared.
            select tenant.set_setting('max_sector_fraction', '1');
            update trade.account set broker = 'alpaca';
            commit;
            """)
        for _ in 0..<size.cycles {
            try await admin.execute(
                """
                begin;
                set local bellwether.tenant = 1;
                select agent.new_cycle(array_agg(symbol order by symbol), true)
                from market.instrument where symbol ~ '^D';
                commit;
                """)
        }
        await admin.close()
    }

    /// Waits until every cycle is done and no order is on its way; a naive worker finds no fills.
    private func rest(_ admin: Connection, isNaive: Bool) async throws {
        let moving = ["ready", "submitting", "unknown"] + (isNaive ? [] : ["acked", "partial"])
        let limit = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < limit {
            let left: Int = try await admin.query(
                """
                select (select count(*) from agent.cycle where status <> 'done')
                    + (select count(*) from trade.orders where status = any(\(bind: moving)))
                """
            ).value()
            if left == 0 { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        Issue.record("the desk did not come to rest within 600 s")
    }

    /// Each cycle bought one lot of each symbol: more orders at the broker are doubles.
    private func count(
        _ outcome: inout Outcome, _ size: Size, _ admin: Connection, _ fake: FakeServer
    ) async throws {
        let book = try JSONValue(parsing: try fake.ask(#"{"book": true}"#))
        let orders = try #require(book.object?.members.map(\.value))
        outcome.atBroker = orders.count
        for symbol in OrderDrillWorker.symbols {
            let found = orders.count { $0["symbol"]?.string == symbol }
            outcome.doubled += max(0, found - size.cycles)
            outcome.missing += max(0, size.cycles - found)
        }
        outcome.faults = try fake.ask(#"{"met": true}"#)
        outcome.posts = try fake.requests().count { $0.method == "POST" }
        _ = try await admin.query("select set_config('bellwether.tenant', '1', false)")
        let row = try await admin.query(
            """
            select (select count(*) from agent.decision) as decisions,
                (select count(*) from agent.decision as d where not exists (
                    select from trade.orders as o
                    where o.decision_id = d.decision_id and o.status = 'filled')) as unfilled,
                (select count(*) from trade.fill) as fills,
                (select coalesce(sum(amount), 0) from trade.ledger_entry) as ledger,
                (select count(*) from trade.audit() as a where not a.agrees) as disagreements,
                (select coalesce(string_agg(distinct concat(o.reason_code, ' ', o.reason), '; '), '')
                    from trade.orders as o where o.status not in ('filled', 'acked'))
                    as refusals
            """
        ).only()
        outcome.decisions = try row.get("decisions")
        outcome.unfilled = try row.get("unfilled")
        outcome.fills = try row.get("fills")
        outcome.ledger = try row.get("ledger")
        outcome.disagreements = try row.get("disagreements")
        outcome.refusals = try row.get("refusals")
    }
}
