import Foundation
import Postgres
import Store
import Support
import Testing
import Trading

@testable import Jobs

/// A tenant with a paper account, a small market, and the worker's connections.
struct Desk: Sendable {
    let admin: Pool
    let worker: Pool
    let tenant: Int32 = 1
    let account: Int64

    /// Symbols of the market, in the order of cycles.
    static let symbols = ["AAPL", "AMZN", "NFLX", "^GSPC", "BTC-USD"]
    static let asOf = "2018-02-05"

    static func open() async throws -> Desk {
        let scratch = try ScratchDatabase.require()
        let admin = Pool(scratch.admin)
        try await admin.withConnection { connection in
            try await connection.execute("select tenant.create_tenant(1, 'one')")
            try await connection.execute(market)
        }
        let account: Int64 = try await admin.query(
            "select account_id from trade.account where tenant_id = 1"
        ).value()
        return Desk(
            admin: admin, worker: Pool(scratch.target(as: "bellwether_worker")), account: account)
    }

    func close() async {
        await admin.close()
        await worker.close()
    }

    /// Bars from 2018-02-01 to 02-06, the 6th after the cycles' time, and a snapshot of the 5th:
    /// AAPL and the coin rise, AMZN and NFLX fall.
    private static let market = """
        set role bellwether_owner;
        insert into market.instrument (symbol, asset_class, sector) values
            ('AAPL', 'equity', 'Information Technology'),
            ('AMZN', 'equity', 'Consumer Discretionary'),
            ('NFLX', 'equity', 'Communication Services'),
            ('^GSPC', 'index', null), ('BTC-USD', 'crypto', null)
        on conflict (symbol) do nothing;
        insert into market.bar
            (instrument_id, ts, open, high, low, close, volume, known_at)
        select i.instrument_id, day, 100 + n, 103 + n, 98 + n, 101 + n, 1e6, day + interval '21 hours'
        from market.instrument as i
        cross join unnest(array['2018-02-01 00:00Z', '2018-02-02 00:00Z', '2018-02-05 00:00Z',
            '2018-02-06 00:00Z']::timestamptz[]) with ordinality as d (day, n)
        where i.symbol in ('AAPL', 'AMZN', 'NFLX', '^GSPC', 'BTC-USD');
        insert into market.snapshot (
            instrument_id, bar_interval, ts, known_at, bar_number, close, return_20, ema_20_distance,
            ema_50_distance, ema_200_distance, macd_histogram, rsi_14, realised_vol_20,
            realised_vol_60, vol_ratio, drawdown_252, correlation_60, atr_fraction, weekday, month,
            split_suspected, text_form)
        select i.instrument_id, '1d', '2018-02-05 00:00Z', '2018-02-05 21:00Z', 250, 104, way * 0.06,
            way * 0.02, way * 0.04, way * 0.10, way * 0.002, 50 + way * 10, 0.2, 0.2, 1,
            (way - 1) * 0.05, 0.5, 0.03, 1, 2, false, i.symbol || ' in a test'
        from market.instrument as i,
            lateral (select case when i.symbol in ('AMZN', 'NFLX') then -1 else 1 end as way) as w
        where i.symbol in ('AAPL', 'AMZN', 'NFLX', '^GSPC', 'BTC-USD');
        reset role;
        """

    /// Runs statements as the superuser inside the tenant.
    func query(_ sql: SQL) async throws -> Rows {
        try await admin.transaction(for: tenant) { connection in try await connection.query(sql) }
    }

    func newCycle(
        _ symbols: [String] = symbols, execute: Bool = false
    ) async throws -> Int64 {
        try await query(
            """
            select agent.new_cycle(\(bind: symbols), \(bind: execute), as_of => \(bind: Self.asOf))
            """
        ).value()
    }

    /// Places a market order at the time of the cycles.
    func placeOrder(
        _ symbol: String = "AAPL", _ quantity: Int = 10, side: String = "buy",
        asOf: String = Desk.asOf
    ) async throws -> Int64 {
        try await query(
            """
            select o.order_id from trade.place_order(
                \(bind: account), \(bind: symbol), \(bind: side), \(bind: quantity),
                as_of => \(bind: asOf)) as o
            """
        ).value()
    }

    func job(_ kind: String, _ payload: String, attempt: Int = 1, of most: Int = 5) -> Job {
        Job(
            id: 1, kind: kind, tenant: tenant, payload: JSON(text: payload), attempt: attempt,
            maximumAttempts: most)
    }

    /// Does a job as the worker does: handles it, then stores its completion in one transaction.
    func run(_ handler: some JobHandler, _ payload: String, attempt: Int = 1) async throws {
        let completion = try await handler.handle(job(handler.kind, payload, attempt: attempt))
        try await store(completion)
    }

    func store(_ completion: Completion) async throws {
        try await worker.transaction(for: tenant) { connection in
            try await completion.work?(connection)
        }
    }

    /// What `trade.audit()` finds wrong: nothing, in every state.
    func audit() async throws -> [String] {
        try await query("select a::text as fault from trade.audit() as a where not a.agrees")
            .decoded { row throws(PostgresError) in try row.get("fault") }
    }
}
