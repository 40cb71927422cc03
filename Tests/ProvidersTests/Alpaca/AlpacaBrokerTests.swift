import Foundation
import Support
import Testing
import Trading

@testable import Providers

@Suite("Alpaca", .timeLimit(.minutes(1)))
struct AlpacaBrokerTests {
    private let fake: FakeServer
    private let broker: AlpacaBroker

    init() throws {
        fake = try FakeServer("alpaca_broker")
        let endpoint = try AlpacaEndpoint(
            base: fake.base, keyID: try #require(APIKey("KEY-ID")),
            secret: try #require(APIKey("SECRET")))
        broker = AlpacaBroker(endpoint: endpoint, client: HTTPClient())
    }

    private func order(
        _ id: String = "bw-1-9-0", _ symbol: String = "AAPL", _ quantity: Quantity = 10,
        status: OrderStatus = .submitting, type: OrderType = .market, limit: Money? = nil
    ) throws -> Order {
        Order(
            id: 9, accountID: 1, clientOrderID: id, symbol: try Symbol(symbol), side: .buy,
            quantity: quantity, type: type, limitPrice: limit, status: status,
            placedAt: Date(timeIntervalSince1970: 0))
    }

    private func tell(_ command: String) throws { #expect(try fake.ask(command) == #""ok""#) }

    @Test("sends an order as Alpaca wants it")
    func submit() async throws {
        let answer = try await broker.submit(
            order("a", "BTC-USD", Quantity("0.1234")!, type: .limit, limit: 9_000))
        guard case .accepted = answer else {
            Issue.record("\(answer)")
            return
        }
        let seen = try #require(try fake.requests().first)
        #expect(seen.headers["apca-api-key-id"] == "KEY-ID")
        #expect(seen.headers["apca-api-secret-key"] == "SECRET")
        let body = try JSONValue(parsing: seen.body)
        #expect(
            body == [
                "symbol": "BTC/USD", "qty": "0.1234", "side": "buy", "type": "limit",
                "limit_price": "9000", "time_in_force": "gtc", "client_order_id": "a",
            ])
    }

    @Test("a stop-limit order has both its prices, and parts of a share are parts")
    func stopLimit() async throws {
        let order = Order(
            id: 9, accountID: 1, clientOrderID: "sl", symbol: try Symbol("AAPL"), side: .sell,
            quantity: Quantity("0.25")!, type: .stopLimit, limitPrice: 99, stopPrice: 100,
            timeInForce: .gtc, status: .submitting, placedAt: Date(timeIntervalSince1970: 0))
        guard case .accepted = try await broker.submit(order) else {
            Issue.record("it was not accepted")
            return
        }
        let body = try JSONValue(parsing: try #require(try fake.requests().first).body)
        #expect(
            body == [
                "symbol": "AAPL", "qty": "0.25", "side": "sell", "type": "stop_limit",
                "limit_price": "99", "stop_price": "100", "time_in_force": "gtc",
                "client_order_id": "sl",
            ])
    }

    private func bracket(
        _ id: String, profit: Money? = 120, loss: Money? = 90, time: TimeInForce = .gtc
    ) throws -> Order {
        Order(
            id: 9, accountID: 1, clientOrderID: id, symbol: try Symbol("AAPL"), side: .buy,
            quantity: 10, timeInForce: time, status: .submitting,
            placedAt: Date(timeIntervalSince1970: 0),
            exits: BracketExits(takeProfit: profit, stopLoss: loss))
    }

    @Test("an order with stop and target goes out as a bracket, with one of them as oto")
    func bracketBody() async throws {
        _ = try await broker.submit(bracket("a"))
        _ = try await broker.submit(bracket("b", profit: nil))
        let bodies = try fake.requests().map { try JSONValue(parsing: $0.body) }
        #expect(
            bodies == [
                [
                    "symbol": "AAPL", "qty": "10", "side": "buy", "type": "market",
                    "time_in_force": "gtc", "client_order_id": "a", "order_class": "bracket",
                    "take_profit": ["limit_price": "120"], "stop_loss": ["stop_price": "90"],
                ],
                [
                    "symbol": "AAPL", "qty": "10", "side": "buy", "type": "market",
                    "time_in_force": "gtc", "client_order_id": "b", "order_class": "oto",
                    "stop_loss": ["stop_price": "90"],
                ],
            ])
        let one = try #require(try await broker.order(clientOrderID: "b"))
        #expect(one.legs.map(\.type) == [.stop])
    }

    @Test("the legs of a bracket have ids of their own, are replaced in one act, and end together")
    func legs() async throws {
        _ = try await broker.submit(bracket("a"))
        try tell(#"{"fill": {"client_order_id": "a", "qty": "10", "price": "100"}}"#)
        let known = try #require(try await broker.order(clientOrderID: "a"))
        #expect(known.status == .filled && known.legs.map(\.type) == [.limit, .stop])
        let stop = try #require(known.legs.last)
        #expect(stop.stopPrice == 90 && stop.quantity == 10 && stop.side == .sell)
        let moved = Order(
            id: 10, accountID: 1, clientOrderID: "r", symbol: try Symbol("AAPL"), side: .sell,
            quantity: 10, type: .stop, stopPrice: 95, timeInForce: .gtc, status: .submitting,
            placedAt: Date(timeIntervalSince1970: 0), replacesBrokerOrderID: stop.brokerOrderID)
        try fake.script(#"{"match": "\"r\"", "fault": "drop"}"#)
        guard case .unknown = await BrokerSubmission.run(moved, at: broker) else {
            Issue.record("the answer was lost")
            return
        }
        let again = Order(
            id: 10, accountID: 1, clientOrderID: "r", symbol: try Symbol("AAPL"), side: .sell,
            quantity: 10, type: .stop, stopPrice: 95, timeInForce: .gtc, status: .unknown,
            placedAt: Date(timeIntervalSince1970: 0), replacesBrokerOrderID: stop.brokerOrderID)
        guard case .accepted = await BrokerSubmission.run(again, at: broker) else {
            Issue.record("it had arrived")
            return
        }
        #expect(try fake.requests().filter { $0.method == "PATCH" }.count == 1)
        #expect(try await broker.order(clientOrderID: stop.clientOrderID)?.status == .canceled)
        let all = try await broker.orders(after: Date(timeIntervalSince1970: 0))
        #expect(all.filter { $0.entryClientOrderID == "a" }.count == 3)
        try tell(#"{"price": {"symbol": "AAPL", "price": "94"}}"#)
        #expect(try await broker.order(clientOrderID: "r")?.status == .filled)
        let profit = try #require(known.legs.first)
        #expect(try await broker.order(clientOrderID: profit.clientOrderID)?.status == .canceled)
        #expect(try fake.ask(#"{"held": "AAPL"}"#) == #""0""#)
    }

    @Test("the same id twice is one order, which is found by its id")
    func duplicate() async throws {
        let answer = try await broker.submit(order())
        #expect(try await broker.submit(order()) == .duplicate)
        let known = try #require(try await broker.order(clientOrderID: "bw-1-9-0"))
        #expect(answer == .accepted(brokerOrderID: known.brokerOrderID))
        #expect(known.status == .accepted)
        #expect(try await broker.order(clientOrderID: "never") == nil)
    }

    @Test("a business reason is final")
    func rejected() async throws {
        #expect(
            try await broker.submit(order("b", "POOR"))
                == .rejected(reason: "insufficient buying power (status 403)"))
        let long = String(repeating: "x", count: 49)
        guard case .rejected = try await broker.submit(order(long)) else {
            Issue.record("an id of 49 bytes was sent")
            return
        }
    }

    @Test(
        "no clear answer is an error that shows no key",
        arguments: [
            #"{"fault": "status", "status": 500}"#, #"{"fault": "status", "status": 429}"#,
            #"{"fault": "status", "status": 401, "message": "SECRET"}"#, #"{"fault": "malformed"}"#,
            #"{"fault": "shape"}"#, #"{"fault": "close"}"#, #"{"fault": "drop"}"#,
            #"{"fault": "huge"}"#,
        ])
    func unclear(step: String) async throws {
        try fake.script(step)
        let error = await #expect(throws: BrokerError.self) { try await broker.submit(order()) }
        let text = try #require(error).description
        #expect(text.hasPrefix("broker alpaca: ") && !text.contains("SECRET"))
        #expect(try fake.requests().count == 1, "nothing is sent again unasked")
    }

    @Test("an order that was accepted and whose answer was lost is found, not sent again")
    func acceptAndDrop() async throws {
        try fake.script(#"{"fault": "drop"}"#)
        let lost = await BrokerSubmission.run(try order(), at: broker)
        guard case .unknown = lost else {
            Issue.record("\(lost)")
            return
        }
        let again = await BrokerSubmission.run(try order(status: .unknown), at: broker)
        guard case .accepted = again else {
            Issue.record("\(again)")
            return
        }
        #expect(try fake.requests().map(\.method) == ["POST", "GET"])
        let book = try JSONValue(parsing: try fake.ask(#"{"book": true}"#))
        #expect(book.object?.members.count == 1)
    }

    @Test("an order that never arrived is sent again with the same id")
    func lost() async throws {
        try fake.script(#"{"fault": "close"}"#)
        _ = await BrokerSubmission.run(try order(), at: broker)
        let again = await BrokerSubmission.run(try order(status: .unknown), at: broker)
        guard case .accepted = again else {
            Issue.record("\(again)")
            return
        }
        #expect(try fake.requests().map(\.method) == ["POST", "GET", "POST"])
    }

    @Test("fills are those of the order, one by one")
    func fills() async throws {
        _ = try await broker.submit(order("a"))
        _ = try await broker.submit(order("b"))
        #expect(try await broker.fills(clientOrderID: "a") == [])
        try tell(#"{"fill": {"client_order_id": "a", "qty": "4", "price": "150.25"}}"#)
        try tell(#"{"fill": {"client_order_id": "b", "qty": "10", "price": "151"}}"#)
        try tell(#"{"fill": {"client_order_id": "a", "qty": "6", "price": "150.75"}}"#)
        let fills = try await broker.fills(clientOrderID: "a")
        #expect(fills.map(\.quantity) == [4, 6])
        #expect(fills.map(\.price) == [Money("150.25")!, Money("150.75")!])
        #expect(Set(fills.map(\.id)).count == 2)
        #expect(try await broker.order(clientOrderID: "a")?.status == .filled)
    }

    @Test("many fills come page by page")
    func pages() async throws {
        _ = try await broker.submit(order("a", "AAPL", 250))
        for _ in 0..<205 {
            try tell(#"{"fill": {"client_order_id": "a", "qty": "1", "price": "150"}}"#)
        }
        let fills = try await broker.fills(clientOrderID: "a")
        #expect(fills.count == 205 && Set(fills.map(\.id)).count == 205)
    }

    @Test("cancels what stands, and says where it was too late")
    func cancel() async throws {
        _ = try await broker.submit(order("a"))
        #expect(try await broker.cancel(clientOrderID: "a") == .canceled)
        #expect(try await broker.order(clientOrderID: "a")?.status == .canceled)
        guard case .refused = try await broker.cancel(clientOrderID: "a") else {
            Issue.record("a canceled order was canceled again")
            return
        }
        #expect(try await broker.cancel(clientOrderID: "never") == .notFound)
    }

    @Test("the book: account, positions, orders, fills and clock")
    func book() async throws {
        _ = try await broker.submit(order("a"))
        try tell(#"{"fill": {"client_order_id": "a", "qty": "10", "price": "150.25"}}"#)
        try tell(#"{"trade": {"symbol": "BTC/USD", "qty": "0.5", "side": "buy", "price": "9000"}}"#)
        let account = try await broker.account()
        #expect(account.cash == Money("93997.5")!)
        #expect(!account.isBlocked && account.currency == "USD")
        let positions = try await broker.positions()
        #expect(
            positions == [
                BrokerPosition(
                    symbol: try Symbol("AAPL"), quantity: 10, averagePrice: Money("150.25")!),
                BrokerPosition(
                    symbol: try Symbol("BTC-USD"), quantity: Quantity("0.5")!, averagePrice: 9_000),
            ])
        let long = Date(timeIntervalSince1970: 0)
        let orders = try await broker.orders(after: long)
        #expect(orders.count == 2 && orders.allSatisfy { $0.known.status == .filled })
        #expect(orders.contains { $0.clientOrderID == "a" && $0.quantity == 10 })
        let fills = try await broker.fills(after: long)
        #expect(fills.map(\.symbol.text) == ["AAPL", "BTC-USD"])
        #expect(try await broker.standingOrders() == [])
        try tell(#"{"move": {"type": "DIV", "amount": "12.5", "note": "AAPL"}}"#)
        try tell(#"{"move": {"type": "CSW", "amount": "-500"}}"#)
        let movements = try await broker.movements(after: long)
        #expect(movements.map(\.kind) == [.income, .capital])
        #expect(movements.map(\.amount) == [Money("12.5")!, -500])
        #expect(movements.first?.note == "DIV AAPL")
        let asset = try #require(try await broker.asset(try Symbol("BTC-USD")))
        #expect(asset.isTradable && asset.isFractional && !asset.isShortable)
        #expect(try await broker.asset(try Symbol("HALTED"))?.isTradable == false)
        #expect(try await broker.asset(try Symbol("NOBODY")) == nil)
        let clock = try await broker.clock()
        #expect(clock.isOpen && abs(clock.now.timeIntervalSinceNow) < 60)
    }

    @Test("real money needs its switch, and keys need a line that nobody reads")
    func live() throws {
        let (id, secret) = (try #require(APIKey("a")), try #require(APIKey("b")))
        #expect(throws: AlpacaEndpoint.Refusal.live(AlpacaEndpoint.live)) {
            try AlpacaEndpoint(base: AlpacaEndpoint.live, keyID: id, secret: secret)
        }
        #expect(throws: AlpacaEndpoint.Refusal.plain("http://paper-api.alpaca.markets")) {
            try AlpacaEndpoint(
                base: "http://paper-api.alpaca.markets", keyID: id, secret: secret,
                isLiveAllowed: true)
        }
        #expect(throws: AlpacaEndpoint.Refusal.self) {
            try AlpacaEndpoint(
                base: "https://paper-api.alpaca.markets@api.alpaca.markets", keyID: id,
                secret: secret)
        }
        _ = try AlpacaEndpoint(
            base: AlpacaEndpoint.live + "/", keyID: id, secret: secret, isLiveAllowed: true)
    }
}

/// The fake must be like Alpaca: its own Python client says whether it is.
@Suite("Fake Alpaca", .vendorClients, .timeLimit(.minutes(1)))
struct FakeAlpacaTests {
    @Test("Alpaca's own client takes the fake for real")
    func vendorClient() throws { try VendorClients.check("check_alpaca.py") }
}
