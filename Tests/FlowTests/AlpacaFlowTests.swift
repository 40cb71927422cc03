import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// A desk whose account is at Alpaca, which is a fake on the loopback.
@Suite("Alpaca flows", .requiresDatabase, .scratchDatabase)
struct AlpacaFlowTests {
    private let fake: FakeServer

    init() throws { fake = try FakeServer("alpaca_broker") }

    /// Puts an account at Alpaca; orders as of the market's time were placed before, on paper.
    private func move(_ desk: Desk) async throws {
        _ = try await desk.query(
            "update trade.account set broker = 'alpaca' where account_id = \(bind: desk.account)")
    }

    /// A desk with one order, of ten AAPL, that is to be sent.
    private func deskWithOrder() async throws -> (Desk, Int64) {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder("AAPL", 10)
        try await move(desk)
        return (desk, order)
    }

    /// The brokers of a worker that has just started.
    private func brokers(_ desk: Desk) throws -> AccountBrokers {
        let endpoint = try AlpacaEndpoint(
            base: fake.base, keyID: try #require(APIKey("k")), secret: try #require(APIKey("s")))
        return AccountBrokers(
            pool: desk.worker, alpaca: AlpacaBroker(endpoint: endpoint, client: HTTPClient()))
    }

    private func tell(_ command: String) throws { #expect(try fake.ask(command) == #""ok""#) }

    private func submit(_ desk: Desk, _ order: Int64, attempt: Int = 1) async throws {
        let handler = SubmitOrder(pool: desk.worker, broker: try brokers(desk).broker)
        try await desk.run(handler, #"{"order_id": \#(order)}"#, attempt: attempt)
    }

    private func match(_ desk: Desk) async throws {
        let handler = MatchOrders(pool: desk.worker, broker: try brokers(desk).broker)
        try await desk.run(handler, #"{"account_id": \#(desk.account)}"#)
    }

    private func rows(_ desk: Desk, _ sql: SQL) async throws -> [String] {
        try await desk.query(sql).decoded { row throws(PostgresError) in try row.get("row") }
    }

    private func clientID(_ desk: Desk, _ order: Int64) async throws -> String {
        try await desk.query(
            "select client_order_id from trade.orders where order_id = \(bind: order)"
        ).value()
    }

    @Test(
        "what the broker tells is asked for at once, and again after the connection was lost",
        .timeLimit(.minutes(1)))
    func told() async throws {
        let (desk, order) = try await deskWithOrder()
        try await submit(desk, order)
        try await match(desk)
        let id = try await clientID(desk, order)
        // The next poll would be in two seconds; here it would be in an hour.
        func putOff() async throws {
            _ = try await desk.query(
                """
                update work.job set state = 'waiting', run_at = now() + interval '1 hour'
                where kind = 'match_orders' and dedup_key like 'poll%'
                """)
        }
        try await putOff()
        let stream = try FakeServer("market_stream")
        var updates = TradeUpdates(
            updates: AlpacaTradeUpdates(
                try AlpacaEndpoint(
                    base: "http://127.0.0.1:\(stream.port)",
                    keyID: try #require(APIKey("secret-id")),
                    secret: try #require(APIKey("secret-key")))),
            pool: desk.worker,
            log: Log(
                sink: LogSink(level: .error, format: .text, isTerminal: false, output: { _ in })))
        updates.backoff.first = .milliseconds(50)
        let listening = updates
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listening.run() }
            group.addTask {
                for event in ["partial_fill", "fill"] {
                    while try JSONValue(parsing: stream.ask(#"{"state": true}"#))["live"]?.int != 1
                    {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    // Orders of somebody else, and of nobody, change nothing.
                    for other in ["by hand", "bw-\(desk.tenant)-none-1", id] {
                        _ = try stream.ask(
                            #"{"trade": {"event": "\#(event)", "client_order_id": "\#(other)"}}"#)
                    }
                    while try await rows(
                        desk,
                        """
                        select 1::text as row from work.job
                        where dedup_key like 'poll%' and state = 'ready' and run_at <= now()
                        """
                    ).count != 1 { try await Task.sleep(for: .milliseconds(20)) }
                    try await putOff()
                    _ = try stream.ask(#"{"cut": true}"#)
                    while try JSONValue(parsing: stream.ask(#"{"state": true}"#))["open"]?.int == 1
                    {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            // The one that listens ends when it is cancelled, the one that asks before.
            try await group.next()
            group.cancelAll()
            // A worker that is told to stop has not failed.
            try await group.waitForAll()
        }
        await desk.close()
    }

    @Test("an order goes out once, and its fills come in by asking")
    func whole() async throws {
        let (desk, order) = try await deskWithOrder()
        try await submit(desk, order)
        let id = try await clientID(desk, order)
        try tell(#"{"fill": {"client_order_id": "\#(id)", "qty": "4", "price": "104.5"}}"#)
        try await match(desk)
        let polls = try await rows(
            desk,
            """
            select dedup_key as row from work.job
            where kind = 'match_orders' and dedup_key like 'poll%'
            """)
        #expect(polls == ["poll \(desk.account)"], "while it stands it is asked about")
        try tell(#"{"fill": {"client_order_id": "\#(id)", "qty": "6", "price": "105"}}"#)
        try await match(desk)
        try await match(desk)
        let found = try await rows(
            desk,
            """
            select format('%s %s %s', status, filled_quantity::float8,
                (select count(*) from trade.fill)) as row from trade.orders
            """)
        #expect(found == ["filled 10 2"])
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("an answer that was lost is one order all the same, across a restart")
    func acceptAndDrop() async throws {
        let (desk, order) = try await deskWithOrder()
        try fake.script(#"{"match": "client_order_id", "fault": "drop"}"#)
        await #expect(throws: JobFailure.self) { try await submit(desk, order) }
        try await submit(desk, order, attempt: 2)
        #expect(
            try await rows(desk, "select status as row from trade.orders") == ["acked"])
        let book = try JSONValue(parsing: try fake.ask(#"{"book": true}"#))
        #expect(book.object?.members.count == 1)
        #expect(try fake.requests().filter { $0.method == "POST" }.count == 1)
        await desk.close()
    }

    @Test("what happened while nobody looked is booked before anything is sent, and once")
    func reconcile() async throws {
        let desk = try await Desk.open()
        try await move(desk)
        try tell(#"{"trade": {"symbol": "AAPL", "qty": "7", "side": "buy", "price": "100"}}"#)
        for _ in 0..<2 {
            let broker = try await brokers(desk).broker(desk.tenant, desk.account)
            #expect(broker.name == "alpaca")
        }
        #expect(
            try await rows(
                desk,
                """
                select format('%s %s %s', origin, status, filled_quantity::float8) as row
                from trade.orders
                """) == ["external filled 7"])
        #expect(
            try await rows(
                desk, "select quantity::float8::text as row from trade.position") == ["7"])
        #expect(try await rows(desk, "select reason as row from trade.difference") == [])
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("the books are compared by a job, too: a position closed by hand is closed here")
    func reconcileJob() async throws {
        let (desk, order) = try await deskWithOrder()
        try await submit(desk, order)
        let id = try await clientID(desk, order)
        try tell(#"{"fill": {"client_order_id": "\#(id)", "qty": "10", "price": "104"}}"#)
        try await match(desk)
        try tell(#"{"trade": {"symbol": "AAPL", "qty": "10", "side": "sell", "price": "106"}}"#)
        let handler = ReconcileAccount(brokers: try brokers(desk))
        for _ in 0..<2 {
            try await desk.run(handler, #"{"account_id": \#(desk.account)}"#)
        }
        #expect(
            try await rows(
                desk, "select quantity::float8::text as row from trade.position") == ["0"])
        #expect(
            try await rows(desk, "select origin as row from trade.orders order by order_id")
                == ["desk", "external"])
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("an account whose books cannot be made to agree is halted, and nothing is sent")
    func halted() async throws {
        let (desk, order) = try await deskWithOrder()
        try tell(#"{"trade": {"symbol": "NOBODY", "qty": "7", "side": "buy", "price": "1"}}"#)
        let failure = await #expect(throws: JobFailure.self) { try await submit(desk, order) }
        #expect(failure?.reason.contains("is halted") == true)
        #expect(try fake.requests().allSatisfy { $0.method == "GET" })
        await desk.close()
    }

    @Test("an order is taken out of the market")
    func cancel() async throws {
        let (desk, order) = try await deskWithOrder()
        try await submit(desk, order)
        _ = try await desk.query("select trade.request_cancel(\(bind: order), 'not wanted')")
        let handler = CancelOrder(pool: desk.worker, broker: try brokers(desk).broker)
        try await desk.run(handler, #"{"order_id": \#(order)}"#)
        #expect(
            try await rows(desk, "select status as row from trade.orders") == ["canceled"])
        await desk.close()
    }

    @Test("one that was filled first stays filled")
    func cancelTooLate() async throws {
        let (desk, order) = try await deskWithOrder()
        try await submit(desk, order)
        let id = try await clientID(desk, order)
        _ = try await desk.query("select trade.request_cancel(\(bind: order), 'not wanted')")
        try tell(#"{"fill": {"client_order_id": "\#(id)", "qty": "10", "price": "104"}}"#)
        let handler = CancelOrder(pool: desk.worker, broker: try brokers(desk).broker)
        try await desk.run(handler, #"{"order_id": \#(order)}"#)
        #expect(try await rows(desk, "select status as row from trade.orders") == ["filled"])
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("a worker without keys leaves the order to others")
    func noKeys() async throws {
        let (desk, order) = try await deskWithOrder()
        let brokers = AccountBrokers(pool: desk.worker, alpaca: nil)
        let handler = SubmitOrder(pool: desk.worker, broker: brokers.broker)
        let failure = await #expect(throws: JobFailure.self) {
            try await desk.run(handler, #"{"order_id": \#(order)}"#)
        }
        #expect(failure?.reason.contains("no keys of alpaca") == true)
        await desk.close()
    }
}
