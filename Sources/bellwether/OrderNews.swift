import Postgres
import Providers
import Store
import Trading

/// What a broker knows of an order beyond what our row says.
struct OrderNews: Equatable, Sendable {
    let order: Order
    /// The broker's id, where our row does not have it yet.
    let acceptedAs: String?
    let fills: [Fill]
    /// The legs of the bracket that it belongs to, where the broker named them just now.
    let legs: [BrokerLeg]?
    /// How it ended without being wholly filled.
    let end: (status: OrderStatus, reason: String?)?

    /// Asks for the state first: when that is final, the fills that follow are all there are.
    ///
    /// - Returns: nil if the broker does not know the order.
    static func ask(_ order: Order, _ broker: any Broker) async throws(BrokerError) -> OrderNews? {
        guard let known = try await broker.order(clientOrderID: order.clientOrderID) else {
            return nil
        }
        let legs = try await legs(order, known, broker)
        let fills = try await broker.fills(clientOrderID: order.clientOrderID)
        return OrderNews(order, known, fills, legs: legs)
    }

    /// The legs of a bracket that are not rows of ours yet: those of a new entry, and what stands in
    /// the place of a leg that is over.
    ///
    /// - Returns: nil where there is nothing to learn.
    static func legs(
        _ order: Order, _ known: BrokerOrder, _ broker: any Broker
    ) async throws(BrokerError) -> [BrokerLeg]? {
        guard let entry = order.entry else { return nil }
        if entry.id == order.id { return entry.isNamed ? nil : known.legs }
        guard known.status != .accepted else { return nil }
        return try await broker.order(clientOrderID: entry.clientOrderID)?.legs
    }

    init(
        _ order: Order, _ known: BrokerOrder, _ fills: [Fill], legs: [BrokerLeg]? = nil
    ) {
        self.order = order
        let isNew = order.status == .submitting || order.status == .unknown
        acceptedAs = isNew ? known.brokerOrderID : nil
        self.fills = fills
        self.legs = legs
        end = Self.end(known, of: order)
    }

    /// Whether the broker has filled all of it.
    var isFilled: Bool { fills.reduce(Quantity.zero) { $0 + $1.quantity } >= order.quantity }

    private static func end(_ known: BrokerOrder, of order: Order) -> (OrderStatus, String?)? {
        switch known.status {
        case .accepted: nil
        case .filled:
            // Of two legs one took a part, and the broker lowered the other by it.
            if let quantity = known.quantity, quantity < order.quantity {
                (.canceled, "the broker lowered it to \(quantity)")
            } else {
                nil
            }
        case .expired: (.expired, known.reason)
        case .canceled: (.canceled, known.reason)
        // Some brokers accept and reject later.
        case .rejected: (.canceled, known.reason ?? "rejected after it was accepted")
        }
    }

    static func == (left: OrderNews, right: OrderNews) -> Bool {
        left.order == right.order && left.acceptedAs == right.acceptedAs
            && left.fills == right.fills && left.legs == right.legs
            && left.end?.status == right.end?.status
            && left.end?.reason == right.end?.reason
    }

    /// Books what is new of many orders: fills in the order of time, so that what was sold second
    /// was held first. What is known already changes nothing.
    static func record(_ news: [OrderNews], on connection: isolated Connection) async throws {
        for item in news {
            if let id = item.acceptedAs {
                try await Trade.recordSubmit(
                    order: item.order.id, .accepted(brokerOrderID: id), on: connection)
            }
        }
        // Before the fills: from the first of them the legs are what may sell.
        for item in news {
            if let entry = item.order.entry, let legs = item.legs {
                try await Trade.recordLegs(
                    of: entry.id, try JSON(encoding: legs), on: connection)
            }
        }
        let fills = news.flatMap { item in item.fills.map { (item.order.id, $0) } }
        for (order, fill) in fills.sorted(by: { $0.1.time < $1.1.time }) {
            _ = try await Trade.recordFill(order: order, fill, on: connection)
        }
        for item in news {
            if let end = item.end {
                try await Trade.recordClose(
                    order: item.order.id, as: end.status, reason: end.reason, on: connection)
            }
        }
    }
}
