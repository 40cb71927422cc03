import Foundation
import Jobs
import Postgres
import Support
import Testing

@testable import bellwether

/// Brackets that Alpaca keeps: entry and legs are one order there, and rows of ours here.
@Suite("Brackets at Alpaca", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct BracketFlowTests {
    @Test("goes out as one order; the leg that is filled is booked, the other is over")
    func whole() async throws {
        let it = try await BracketDesk.open()
        _ = try await it.enter()
        let brokers = try it.brokers()
        try await it.submit(brokers)
        try await it.match(brokers)
        #expect(
            try await it.orders() == [
                "desk market acked 0", "leg limit acked 0", "leg stop acked 0",
            ])
        try await it.move(101)
        try await it.match(brokers)
        #expect(try await it.position() == "10")
        // Beyond the loss the broker sells; nobody here does.
        try await it.move(89)
        for _ in 0..<2 { try await it.match(brokers) }
        #expect(
            try await it.orders() == [
                "desk market filled 10", "leg limit canceled 0", "leg stop filled 10",
            ])
        #expect(try await it.position() == "0" && it.held() == #""0""#)
        #expect(try it.fake.requests().filter { $0.method == "POST" }.count == 1)
        #expect(try await it.desk.audit() == [])
        await it.desk.close()
    }

    @Test("a leg that was filled while we were down is booked by the comparison, once")
    func whileDown() async throws {
        let it = try await BracketDesk.open()
        _ = try await it.enter()
        // The answer is lost with the worker.
        try it.fake.script(#"{"match": "client_order_id", "fault": "drop"}"#)
        let first = try it.brokers()
        await #expect(throws: JobFailure.self) { try await it.submit(first) }
        try await it.move(101)
        try await it.move(121)
        for _ in 0..<2 { try await it.reconcile() }
        // In which order the comparison met the legs does not matter.
        let orders = try await it.orders().sorted()
        #expect(
            orders == [
                "desk market filled 10", "leg limit filled 10", "leg stop canceled 0",
            ])
        #expect(try await it.position() == "0")
        let differences: Int = try await it.desk.query(
            "select count(*) from trade.difference"
        ).value()
        #expect(differences == 0, "nothing was unknown")
        #expect(try await it.desk.audit() == [])
        await it.desk.close()
    }

    @Test("one leg takes a part: the other is lowered, and what is left is sold once")
    func parts() async throws {
        let it = try await BracketDesk.open()
        _ = try await it.enter()
        let brokers = try it.brokers()
        try await it.submit(brokers)
        try await it.move(101)
        try await it.match(brokers)
        try await it.move(121, share: "0.4")
        try await it.match(brokers)
        #expect(try await it.position() == "6")
        try await it.move(89)
        for _ in 0..<2 { try await it.match(brokers) }
        #expect(
            try await it.orders() == [
                "desk market filled 10", "leg limit canceled 4", "leg stop canceled 6",
            ])
        #expect(try await it.position() == "0" && it.held() == #""0""#)
        #expect(try await it.desk.audit() == [])
        await it.desk.close()
    }

    @Test("an entry that ends half filled is protected by a stop of our own")
    func halfFilled() async throws {
        let it = try await BracketDesk.open()
        let entry = try await it.enter()
        let brokers = try it.brokers()
        try await it.submit(brokers)
        let id: String = try await it.desk.query(
            "select client_order_id from trade.orders where order_id = \(bind: entry)"
        ).value()
        try it.tell(#"{"fill": {"client_order_id": "\#(id)", "qty": "4", "price": "101"}}"#)
        try it.tell(#"{"end": {"client_order_id": "\#(id)", "status": "canceled"}}"#)
        for _ in 0..<2 { try await it.match(brokers) }
        try await it.submit(brokers)
        #expect(
            try await it.orders() == [
                "desk market canceled 4", "leg limit canceled 0", "leg stop canceled 0",
                "desk stop acked 0",
            ])
        try await it.move(89)
        for _ in 0..<2 { try await it.match(brokers) }
        #expect(try await it.position() == "0" && it.held() == #""0""#)
        await it.desk.close()
    }

    @Test("a leg is replaced at the broker; the other stands as before")
    func replace() async throws {
        let it = try await BracketDesk.open()
        _ = try await it.enter()
        let brokers = try it.brokers()
        try await it.submit(brokers)
        try await it.move(101)
        try await it.match(brokers)
        _ = try await it.desk.query(
            """
            select trade.replace_order(order_id, stop_price => 95) from trade.orders
            where type = 'stop'
            """)
        try await it.submit(brokers)
        try await it.match(brokers)
        #expect(
            try await it.orders() == [
                "desk market filled 10", "leg limit acked 0", "leg stop canceled 0",
                "desk stop acked 0",
            ])
        try await it.move(94)
        for _ in 0..<2 { try await it.match(brokers) }
        #expect(try await it.position() == "0" && it.held() == #""0""#)
        #expect(try it.fake.requests().filter { $0.method == "PATCH" }.count == 1)
        await it.desk.close()
    }

    @Test("the exit plan takes the legs out before it sells")
    func plan() async throws {
        let it = try await BracketDesk.open()
        _ = try await it.enter()
        let brokers = try it.brokers()
        try await it.submit(brokers)
        try await it.move(101)
        try await it.match(brokers)
        _ = try await it.desk.query("update trade.exit_plan set exit_by = clock_timestamp()")
        try await it.quote(102)
        for _ in 0..<3 {
            try await it.match(brokers)
            try await it.cancel(brokers)
        }
        try await it.submit(brokers)
        try await it.move(102)
        try await it.match(brokers)
        #expect(
            try await it.orders() == [
                "desk market filled 10", "leg limit canceled 0", "leg stop canceled 0",
                "desk market filled 10",
            ])
        #expect(try await it.position() == "0" && it.held() == #""0""#)
        await it.desk.close()
    }

    /// Prices, fills in parts, lost answers, restarts, replaced legs and the exit plan in any order:
    /// never is more sold than was bought, and the end is the same in both books.
    @Test("nothing is sold twice, whatever happens in whatever order", arguments: 1...6)
    func property(seed: Int) async throws {
        let it = try await BracketDesk.open()
        var random = SeededGenerator(seed: UInt64(seed))
        var brokers = try it.brokers()
        for _ in 0..<2 {
            _ = try await it.enter(Bool.random(using: &random) ? "gtc" : "day")
            for _ in 0..<25 {
                do {
                    try await step(it, &brokers, &random)
                } catch is JobFailure {
                    // To be tried again, by the next step that does.
                }
                let held = Int(try it.held().filter(\.isNumber)) ?? 0
                #expect(try !it.held().contains("-") && held <= 10, "seed \(seed)")
            }
            try await settle(it)
        }
        let refused: [String] = try await it.desk.query(
            "select reason as row from trade.orders where reason like '%insufficient qty%'"
        ).decoded { row throws(PostgresError) in try row.get("row") }
        #expect(refused == [], "nobody wanted to sell what was set aside")
        #expect(try await it.desk.audit() == [])
        await it.desk.close()
    }

    private func step(
        _ it: BracketDesk, _ brokers: inout AccountBrokers, _ random: inout SeededGenerator
    ) async throws {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2:
            let share = [nil, "0.4", "0.7"].randomElement(using: &random) ?? nil
            try await it.move(Int.random(in: 86...124, using: &random), share: share)
        case 3, 4: try await it.submit(brokers)
        case 5, 6: try await it.match(brokers)
        case 7: try await it.cancel(brokers)
        case 8:
            brokers = try it.brokers()
            try await it.reconcile()
        case 9: try it.fake.script(#"{"match": "client_order_id", "fault": "drop"}"#)
        case 10:
            _ = try await it.desk.query(
                """
                select trade.replace_order(o.order_id, stop_price => o.stop_price + 1)
                from trade.orders as o where o.type = 'stop' and o.status = 'acked'
                    and o.cancel_requested_at is null and o.oco is not null limit 1
                """)
        default:
            _ = try await it.desk.query(
                "update trade.exit_plan set exit_by = clock_timestamp() where status = 'active'")
        }
    }

    /// Lets everything that is under way come to its end, below every stop.
    private func settle(_ it: BracketDesk) async throws {
        let brokers = try it.brokers()
        for _ in 0..<12 {
            do {
                try await it.submit(brokers)
                try await it.move(86)
                try await it.match(brokers)
                try await it.cancel(brokers)
            } catch is JobFailure {
                // A lost answer that is asked for in the next round.
            }
        }
        try await it.reconcile()
        #expect(try await it.position() ?? "0" == "0")
        #expect(try it.held() == #""0""#)
    }
}
