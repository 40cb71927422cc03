import Foundation
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// The four vendors of market data, which are one fake on the loopback, and a scratch database with
/// two instruments and a calendar of weekdays around today.
struct MarketVendors {
    static let fast = {
        var policy = RetryPolicy()
        policy.retries = 2
        policy.firstWait = .milliseconds(1)
        policy.longestAsked = .seconds(1)
        return policy
    }()

    let fake: FakeServer
    let admin: Pool
    let vendors: Vendors
    let log = Collected()

    static func open() async throws -> MarketVendors {
        let fake = try FakeServer("market_data")
        let scratch = try ScratchDatabase.require()
        let admin = Pool(scratch.admin)
        try await admin.withConnection { connection in try await connection.execute(market) }
        let all = try MarketEnvironment.vendors(variables(fake), client: HTTPClient())
        let vendors = Vendors(
            all: all, pool: Pool(scratch.target(as: "bellwether_worker")), policy: fast,
            patience: .seconds(2))
        return MarketVendors(fake: fake, admin: admin, vendors: vendors)
    }

    static func variables(_ fake: FakeServer) -> [String: String] {
        var variables = [
            "ALPACA_API_KEY_ID": "secret-id", "ALPACA_API_SECRET_KEY": "secret-key",
        ]
        for word in ["ALPACA_DATA", "BINANCE", "BYBIT", "YAHOO"] {
            variables["BELLWETHER_\(word)_URL"] = fake.base
        }
        return variables
    }

    private static let market = """
        insert into market.instrument (symbol, asset_class, calendar) values
            ('AAPL', 'equity', 'XNYS'), ('MSFT', 'equity', 'XNYS'), ('BTC-USD', 'crypto', null),
            ('ETH-USD', 'crypto', null), ('NOPE', 'equity', 'XNYS');
        insert into market.session (calendar, session, open_at, close_at)
        select 'XNYS', day, day + time '14:30', day + time '21:00'
        from generate_series(current_date - 200, current_date + 40, interval '1 day') as day
        where extract(isodow from day) < 6;
        update work.gate set rate = 1000, burst = 1000 where scope = 'provider';
        """

    func close() async {
        await admin.close()
        await vendors.pool.close()
    }

    // MARK: Asking

    var fetcher: MarketFetcher {
        MarketFetcher(
            vendors: vendors,
            log: Log(
                sink: LogSink(
                    level: .debug, format: .text, isTerminal: false, isColored: false,
                    output: log.add)))
    }

    /// The midnight so many days ago.
    static func day(_ ago: Int) -> Date {
        let today = (Date().timeIntervalSince1970 / 86_400).rounded(.down) * 86_400
        return Date(timeIntervalSince1970: today - Double(ago) * 86_400)
    }

    func fetch(
        _ symbol: String, _ interval: BarInterval, _ range: Range<Date>,
        _ providers: [String]?, series: MarketSeries = .bars, correct: Bool = false
    ) async throws -> MarketFetcher.Report {
        try await fetcher.fetch(
            MarketFetcher.Target(
                symbol: try Symbol(symbol), hasSessions: !symbol.contains("-"), series: series,
                interval: interval, range: range, providers: providers, isCorrecting: correct))
    }

    func query<Value: PostgresDecodable & Sendable>(
        _ sql: SQL, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await admin.query(sql).value()
    }

    func gaps(_ symbol: String, _ interval: BarInterval, _ range: Range<Date>) async throws -> Int {
        try await query(
            """
            select coalesce(sum(bars), 0)::bigint from market.gaps(
                \(bind: symbol), \(bind: interval.rawValue), \(bind: range.lowerBound),
                \(bind: range.upperBound))
            """)
    }

    func counted(_ event: String, _ provider: String) async throws -> Int {
        try await query(
            """
            select coalesce(max(n), 0) from market.feed_counter
            where event = \(bind: event) and provider = \(bind: provider)
            """)
    }
}
