import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// A desk whose account is at Alpaca, a fake on the loopback, and what its workers do there.
struct BracketDesk {
    let desk: Desk
    let fake: FakeServer

    static func open() async throws -> BracketDesk {
        let desk = try await Desk.open()
        _ = try await desk.query(
            "update trade.account set broker = 'alpaca' where account_id = \(bind: desk.account)")
        _ = try await desk.query(
            """
            insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
            select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 101, 99,
                100, date_trunc('day', now(), 'UTC')
            from market.instrument where symbol = 'AAPL'
            """)
        return BracketDesk(desk: desk, fake: try FakeServer("alpaca_broker"))
    }

    /// A bracket of ten AAPL at the market: profit at 120, loss at 90.
    func enter(_ time: String = "gtc") async throws -> Int64 {
        try await desk.query(
            """
            select order_id from trade.place_bracket(
                \(bind: desk.account), 'AAPL', 'buy', 10, 120, 90, time_in_force => \(bind: time))
            """
        ).value()
    }

    /// The brokers of a worker that has just started.
    func brokers() throws -> AccountBrokers {
        let endpoint = try AlpacaEndpoint(
            base: fake.base, keyID: try #require(APIKey("k")), secret: try #require(APIKey("s")))
        return AccountBrokers(
            pool: desk.worker, alpaca: AlpacaBroker(endpoint: endpoint, client: HTTPClient()))
    }

    func tell(_ command: String) throws { #expect(try fake.ask(command) == #""ok""#) }

    func held() throws -> String { try fake.ask(#"{"held": "AAPL"}"#) }

    /// Sends every order that is to be sent or asked for.
    func submit(_ brokers: AccountBrokers) async throws {
        let handler = SubmitOrder(pool: desk.worker, broker: brokers.broker)
        for order in try await ids(
            "select order_id from trade.orders where status in ('ready', 'submitting', 'unknown')")
        {
            try await desk.run(handler, #"{"order_id": \#(order)}"#)
        }
    }

    func match(_ brokers: AccountBrokers) async throws {
        let handler = MatchOrders(pool: desk.worker, broker: brokers.broker)
        try await desk.run(handler, #"{"account_id": \#(desk.account)}"#)
    }

    /// Asks the broker to take out what is to be taken out.
    func cancel(_ brokers: AccountBrokers) async throws {
        let handler = CancelOrder(pool: desk.worker, broker: brokers.broker)
        for order in try await ids(
            "select order_id from trade.orders where cancel_requested_at is not null")
        {
            try await desk.run(handler, #"{"order_id": \#(order)}"#)
        }
    }

    func reconcile() async throws {
        let handler = ReconcileAccount(brokers: try brokers())
        try await desk.run(handler, #"{"account_id": \#(desk.account)}"#)
    }

    /// The market goes to a price, at the broker and in our quotes.
    func move(_ price: Int, share: String? = nil) async throws {
        let part = share.map { #", "share": "\#($0)""# } ?? ""
        try tell(#"{"price": {"symbol": "AAPL", "price": "\#(price)"\#(part)}}"#)
        try await quote(price)
    }

    func quote(_ price: Int) async throws {
        _ = try await desk.query(
            """
            insert into market.quote (instrument_id, ts, bid, ask, known_at)
            select instrument_id, clock_timestamp(), \(bind: price), \(bind: price) + 0.1,
                clock_timestamp()
            from market.instrument where symbol = 'AAPL'
            """)
    }

    private func ids(_ sql: SQL) async throws -> [Int64] {
        try await desk.query(sql).decoded { row throws(PostgresError) in try row.get("order_id") }
    }

    /// `origin type status filled` of each order, oldest first.
    func orders() async throws -> [String] {
        try await desk.query(
            """
            select format('%s %s %s %s', origin, type, status, trim_scale(filled_quantity)) as row
            from trade.orders order by order_id
            """
        ).decoded { row throws(PostgresError) in try row.get("row") }
    }

    func position() async throws -> String? {
        let found: [String] = try await desk.query(
            "select trim_scale(quantity)::text as row from trade.position"
        ).decoded { row throws(PostgresError) in try row.get("row") }
        return found.first
    }
}
