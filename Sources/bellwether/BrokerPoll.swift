import Foundation
import Postgres
import Providers
import Store
import Trading

/// What a broker did with many orders since it was asked last, in two requests: the fills of the
/// account from a cursor on, and the orders that stand.
///
/// `TradeUpdates` says when to ask; what became of an order is read here.
struct BrokerPoll {
    let news: [OrderNews]
    /// How far the list of fills was read; nil where it holds none.
    let until: Date?

    /// Fills may be listed a little late.
    private static let overlap = TimeInterval(60)

    /// - Parameters:
    ///   - orders: Those of ours that may be at the broker.
    ///   - since: The cursor of the last time.
    static func ask(
        _ orders: [Order], _ book: any BrokerBook, since: Date?
    ) async throws(BrokerError) -> BrokerPoll {
        let first = orders.map(\.placedAt).min()
        guard let start = since ?? first else { return BrokerPoll(news: [], until: nil) }
        // State first: when an order is over, the fills that follow are all there are.
        var standing: [String: BrokerOrder] = [:]
        for entry in try await book.standingOrders() { standing[entry.clientOrderID] = entry.known }
        var known: [(Order, BrokerOrder, [BrokerLeg]?)] = []
        for order in orders {
            // The list of what stands does not name the legs of a new bracket.
            if let there = standing[order.clientOrderID],
                order.entry?.isNamed ?? true || order.entry?.id != order.id
            {
                known.append((order, there, nil))
            } else if let there = try await book.order(clientOrderID: order.clientOrderID) {
                known.append((order, there, try await OrderNews.legs(order, there, book)))
            }
        }
        let fills = try await book.fills(after: start.addingTimeInterval(-overlap))
        let byOrder = Dictionary(grouping: fills, by: \.brokerOrderID)
        return BrokerPoll(
            news: known.map { order, there, legs in
                OrderNews(
                    order, there, byOrder[there.brokerOrderID]?.map(\.fill) ?? [], legs: legs)
            }, until: fills.map(\.fill.time).max())
    }
}
