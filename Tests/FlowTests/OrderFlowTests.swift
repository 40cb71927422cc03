import Foundation
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import Jobs
@testable import bellwether

@Suite("Orders", .requiresDatabase, .scratchDatabase)
struct OrderFlowTests {
    /// Sends an order over a bad line, as often as the queue would, and books what came of it.
    private func send(_ order: Int64, _ desk: Desk, _ script: [FlakyBroker.Fault]) async throws
        -> FlakyBroker
    {
        let flaky = FlakyBroker(
            PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account), script)
        let submit = SubmitOrder(pool: desk.worker) { _, _ in flaky }
        for attempt in 1...10 {
            do {
                try await desk.run(submit, #"{"order_id": \#(order)}"#, attempt: attempt)
                break
            } catch is JobFailure {
                continue
            }
        }
        try await match(desk, flaky)
        return flaky
    }

    private func match(_ desk: Desk, _ broker: (any Broker)? = nil) async throws {
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let match = MatchOrders(pool: desk.worker) { _, _ in broker ?? paper }
        try await desk.run(match, #"{"account_id": \#(desk.account)}"#)
    }

    private func status(_ order: Int64, _ desk: Desk) async throws -> String {
        try await desk.query("select status from trade.orders where order_id = \(bind: order)")
            .value()
    }

    private func count(_ table: SQL, _ desk: Desk) async throws -> Int {
        try await desk.query("select count(*) from \(fragment: table)").value()
    }

    @Test(
        "over any line an order takes effect exactly once",
        arguments: [
            [], [.acceptAndDrop], [.serverError], [.lost], [.lost, .lost], [.lost, .none, .lost],
            [.acceptAndDrop, .lost], [.acceptAndDrop, .lost, .lost],
            [.lost, .none, .acceptAndDrop, .lost], [.lost, .none, .serverError, .none],
        ] as [[FlakyBroker.Fault]])
    func exactlyOnce(script: [FlakyBroker.Fault]) async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let flaky = try await send(order, desk, script)
        #expect(try await status(order, desk) == "filled", "\(flaky.requests)")
        #expect(try await count("trade.paper_book", desk) == 1)
        #expect(try await count("trade.fill", desk) == 1)
        #expect(
            try await desk.query("select quantity from trade.position").value(as: Decimal.self)
                == 10)
        #expect(Set(flaky.requests.map { $0.split(separator: " ")[1] }).count == 1)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("sending with a fresh id for each try would make two: the test can see it")
    func naive() async throws {
        let desk = try await Desk.open()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let flaky = FlakyBroker(paper, [.acceptAndDrop])
        for attempt in 1...2 {
            let order = Order(
                id: 1, accountID: desk.account, clientOrderID: "naive-\(attempt)",
                symbol: try Symbol("AAPL"), side: .buy, quantity: 10, status: .submitting,
                placedAt: try #require(Timestamp.parse("2018-02-05T23:00:00Z")))
            _ = try? await flaky.submit(order)
        }
        #expect(try await count("trade.paper_book", desk) == 2)
        await desk.close()
    }

    @Test("killed after the broker answered and before it is stored: asked, not sent again")
    func killedBeforeRecord() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let flaky = FlakyBroker(paper, [])
        let submit = SubmitOrder(pool: desk.worker) { _, _ in flaky }
        let payload = #"{"order_id": \#(order)}"#
        // The completion of the first run is lost with its worker.
        _ = try await submit.handle(desk.job("submit_order", payload))
        #expect(try await status(order, desk) == "submitting")
        try await desk.run(submit, payload, attempt: 2)
        #expect(flaky.requests.map { $0.prefix(5) } == ["submi", "order"])
        #expect(try await status(order, desk) == "acked")
        // And once more: nothing is left to send.
        try await desk.run(submit, payload, attempt: 3)
        #expect(flaky.requests.count == 2)
        #expect(try await count("trade.paper_book", desk) == 1)
        await desk.close()
    }

    @Test("what the broker rejects is rejected, with its reason")
    func rejected() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        try await desk.admin.withConnection { connection in
            // An index is not traded at the paper broker.
            try await connection.execute(
                "update market.instrument set asset_class = 'index' where symbol = 'AAPL'")
        }
        _ = try await send(order, desk, [])
        #expect(try await status(order, desk) == "rejected")
        let reason: String = try await desk.query("select reason from trade.orders").value()
        #expect(reason.contains("AAPL is not traded here"))
        await desk.close()
    }

    @Test(
        "halted after a try without an answer: what never arrived is given up, what did is kept",
        arguments: [(FlakyBroker.Fault.lost, "canceled", 0), (.acceptAndDrop, "filled", 1)])
    func halted(fault: FlakyBroker.Fault, expected: String, orders: Int) async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let flaky = FlakyBroker(paper, [fault])
        let submit = SubmitOrder(pool: desk.worker) { _, _ in flaky }
        let payload = #"{"order_id": \#(order)}"#
        await #expect(throws: JobFailure.self) { try await desk.run(submit, payload) }
        #expect(try await status(order, desk) == "unknown")
        _ = try await desk.query("select api.halt('feed looks wrong')")
        try await desk.run(submit, payload, attempt: 2)
        try await match(desk)
        #expect(try await status(order, desk) == expected)
        #expect(try await count("trade.paper_book", desk) == orders)
        await desk.close()
    }

    @Test("an order without a later bar waits; the bar fills it, and asking again changes nothing")
    func waits() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder(asOf: "2018-02-06")
        _ = try await send(order, desk, [])
        #expect(try await status(order, desk) == "acked")
        try await desk.admin.withConnection { connection in
            try await connection.execute(
                """
                insert into market.bar
                    (instrument_id, ts, open, high, low, close, volume, known_at)
                select instrument_id, '2018-02-07 00:00Z', 110, 112, 109, 111, 1e6, '2018-02-07 21:00Z'
                from market.instrument where symbol = 'AAPL'
                """)
        }
        try await match(desk)
        #expect(try await status(order, desk) == "filled")
        try await match(desk)
        #expect(try await count("trade.fill", desk) == 1)
        let price: Decimal = try await desk.query("select price from trade.fill").value()
        #expect(price > 110 && price < 111)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("a fill that is booked twice is booked once, whoever asks")
    func booksOnce() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        try await desk.run(
            SubmitOrder(pool: desk.worker) { _, _ in paper }, #"{"order_id": \#(order)}"#)
        let match = MatchOrders(pool: desk.worker) { _, _ in paper }
        // Two workers have asked before either has stored.
        let job = desk.job("match_orders", #"{"account_id": \#(desk.account)}"#)
        let (first, second) = (try await match.handle(job), try await match.handle(job))
        try await desk.store(first)
        try await desk.store(second)
        #expect(try await count("trade.fill", desk) == 1)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("an order nobody has is no order: the job is dead at once")
    func unknownOrder() async throws {
        let desk = try await Desk.open()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let submit = SubmitOrder(pool: desk.worker) { _, _ in paper }
        await #expect(throws: JobFailure.permanent("there is no order 4711 (SQLSTATE BW124)")) {
            try await desk.run(submit, #"{"order_id": 4711}"#)
        }
        await desk.close()
    }

    @Test("the paper broker says what it cannot cancel")
    func cancel() async throws {
        let desk = try await Desk.open()
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        #expect(try await paper.cancel(clientOrderID: "nobody") == .notFound)
        let order = try await desk.placeOrder()
        _ = try await send(order, desk, [])
        let id: String = try await desk.query("select client_order_id from trade.orders").value()
        guard case .refused = try await paper.cancel(clientOrderID: id) else {
            Issue.record("a filled order was canceled")
            return
        }
        await desk.close()
    }

    @Test(
        "the states of an order are the same in SQL and in Swift", arguments: OrderStatus.allCases)
    func states(from: OrderStatus) async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let events: [OrderEvent] = [
            .sending, .accepted, .rejected, .outcomeUnknown, .filled(isComplete: false),
            .filled(isComplete: true), .canceled, .expired,
        ]
        let reachable = Set(events.compactMap { from.after($0) })
        for to in OrderStatus.allCases where to != from {
            let isAllowed = try await isAllowed(order, from, to, desk)
            #expect(isAllowed == reachable.contains(to), "\(from) -> \(to)")
        }
        await desk.close()
    }

    /// Whether the table's trigger lets an order go from one state to another.
    private func isAllowed(
        _ order: Int64, _ from: OrderStatus, _ to: OrderStatus, _ desk: Desk
    ) async throws -> Bool {
        @Sendable func filled(_ status: OrderStatus) -> Int {
            status == .filled ? 10 : status == .partial ? 5 : 0
        }
        do {
            try await desk.admin.transaction(for: desk.tenant) { connection in
                try await connection.execute("set local session_replication_role = replica")
                _ = try await connection.query(
                    """
                    update trade.orders
                    set status = \(bind: from.rawValue), filled_quantity = \(bind: filled(from)),
                        reason_code = 'TEST'
                    where order_id = \(bind: order)
                    """)
                try await connection.execute("set local session_replication_role = origin")
                _ = try await connection.query(
                    """
                    update trade.orders
                    set status = \(bind: to.rawValue),
                        filled_quantity = greatest(filled_quantity, \(bind: filled(to)))
                    where order_id = \(bind: order)
                    """)
            }
            return true
        } catch let error as PostgresError where error.sqlState == "BW130" {
            return false
        }
    }
}
