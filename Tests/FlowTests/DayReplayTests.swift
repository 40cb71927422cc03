import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

@testable import bellwether

/// A day of one-minute bars of fifty symbols, a thousand times as fast as it was, with a position
/// and an exit plan in each, and a worker that watches.
@Suite(
    "A day at 1,000 times its speed", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct DayReplayTests {
    private static let symbols = 50
    /// A session of New York; bounded outside of the long drills.
    private static let minutes = TestServer.isLong ? 390 : 60
    private static let speed = 1000.0

    /// Every fifth symbol falls through its stop of 95 at a minute of its own, and stays there.
    private static let market = """
        insert into market.instrument (symbol, asset_class)
        select format('R%s', lpad(n::text, 2, '0')), 'crypto'
        from generate_series(1, \(symbols)) as n;
        insert into market.bar (instrument_id, ts, open, high, low, close, volume, known_at)
        select i.instrument_id, '2018-02-05 00:00Z', 100, 100, 100, 100, 1e6, '2018-02-06 00:00Z'
        from market.instrument as i where i.symbol ~ '^R';
        begin;
        set local bellwether.tenant = 1;
        select tenant.set_setting('max_positions', '100');
        select tenant.set_setting('max_sector_fraction', '1');
        do $$
        declare
            placed trade.orders;
            wanted text;
        begin
            for wanted in select symbol from market.instrument where symbol ~ '^R' order by 1 loop
                placed := trade.place_order(
                    (select account_id from trade.account where tenant_id = 1), wanted, 'buy', 1,
                    as_of => '2018-02-06 00:00:01Z');
                perform trade.begin_submit(placed.order_id);
                perform trade.record_submit(placed.order_id, 'acked', 'b' || placed.order_id);
                perform trade.record_fill(
                    placed.order_id, 'f' || placed.order_id, 1, 100, 0, '2018-02-06 00:00:02Z');
            end loop;
        end
        $$;
        update trade.exit_plan
        set stop_price = 95, target_price = 200, exit_by = '2100-01-01',
            checked_until = '2018-02-06 00:00:02Z'
        where tenant_id = 1;
        delete from work.job;
        commit;
        """

    @Test("every exit is placed at the minute that triggers it, and nothing else is")
    func replay() async throws {
        let desk = try await Desk.open()
        try await desk.admin.withConnection { connection in
            try await connection.execute(Self.market)
        }
        var settings = Runner.Settings()
        settings.slots = 4
        let paper: SubmitOrder.Brokers = { tenant, account in
            PaperBroker(pool: desk.worker, tenant: tenant, account: account)
        }
        let runner = Runner(
            pool: desk.worker,
            handlers: [
                SubmitOrder(pool: desk.worker, broker: paper),
                MatchOrders(pool: desk.worker, broker: paper),
            ], settings: settings, version: "test")
        let worker = Task { try await runner.run() }

        let clock = ContinuousClock()
        let begun = clock.now
        for minute in 0..<Self.minutes {
            try await clock.sleep(
                until: begun + .seconds(Double(minute) * 60 / Self.speed), tolerance: nil)
            _ = try await desk.admin.query(
                """
                insert into market.bar
                    (instrument_id, bar_interval, ts, open, high, low, close, volume, known_at)
                select i.instrument_id, '1m', m.ts, p.price, p.price, p.price, p.price, 1000,
                    m.ts + interval '1 minute'
                from market.instrument as i
                cross join (select timestamptz '2018-02-06 14:30Z'
                    + \(bind: minute) * interval '1 minute' as ts) as m
                cross join lateral (select substr(i.symbol, 2)::int as n) as s
                cross join lateral (select case when s.n % 5 = 0 and \(bind: minute) >= s.n
                    then 94 else 100 + (s.n + \(bind: minute)) % 4 end as price) as p
                where i.symbol ~ '^R'
                """)
        }
        let fed = clock.now - begun
        let isDone = { @Sendable () async throws -> Bool in
            try await desk.admin.query(
                """
                select not exists (select from work.job
                    where kind in ('match_orders', 'submit_order'))
                """
            ).value()
        }
        while try await !isDone() { try await Task.sleep(for: .milliseconds(20)) }
        let worked = clock.now - begun
        worker.cancel()
        _ = await worker.result

        let exits = try await desk.query(
            """
            select p.symbol, p.triggered_by, p.triggered_at
                = timestamptz '2018-02-06 14:31Z' + substr(p.symbol, 2)::int * interval '1 minute'
                as in_time
            from trade.exit_plan as p where p.status = 'triggered' order by 1
            """
        ).decoded { row throws(PostgresError) in
            "\(try row.get("symbol", as: String.self)) "
                + "\(try row.get("triggered_by", as: String.self)) "
                + "\(try row.get("in_time", as: Bool.self))"
        }
        let falling = (1...Self.symbols).filter { $0 % 5 == 0 && $0 < Self.minutes }
        #expect(exits == falling.map { "R\($0 < 10 ? "0" : "")\($0) stop true" })
        let orders: Int = try await desk.query(
            "select count(*) from trade.orders where side = 'sell'"
        ).value()
        #expect(orders == falling.count)
        #expect(try await desk.audit() == [])
        let market = Double(Self.minutes * 60)
        print(
            "replay: \(Self.minutes) minutes of \(Self.symbols) symbols in \(fed), worked off after "
                + "\(worked): \(Int(market / (worked / .seconds(1)))) times its speed, "
                + "\(exits.count) exits")
        await desk.close()
    }
}
