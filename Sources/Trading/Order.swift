package import Foundation

/// How an order wants its price.
package enum OrderType: String, Codable, Sendable {
    case market, limit, stop
    /// A limit order from the moment its stop is reached.
    case stopLimit = "stop_limit"
}

/// How long an order stands.
package enum TimeInForce: String, Codable, Sendable {
    case day, gtc
    /// At once: what cannot be filled is canceled; or all of it or nothing.
    case ioc, fok
}

/// An order as the desk keeps it.
package struct Order: Equatable, Sendable {
    package let id: Int64
    package let accountID: Int64
    /// Made before the first byte is sent, and the same for every try.
    package let clientOrderID: String
    package let symbol: Symbol
    package let side: Side
    package let quantity: Quantity
    package let filled: Quantity
    package let type: OrderType
    package let limitPrice: Money?
    package let stopPrice: Money?
    package let timeInForce: TimeInForce
    package let status: OrderStatus
    /// The broker's own name for it.
    package let brokerOrderID: String?
    /// When it was decided; for a cycle in the past, that cycle's time.
    package let placedAt: Date
    /// How often it was on its way to the broker.
    package let attempt: Int
    /// When it last left for the broker.
    package let sentAt: Date?
    package let reasonCode: String?
    package let reason: String?
    /// Where its broker keeps the exits, too: what goes out with it.
    package let exits: BracketExits?
    /// Of a bracket, or a leg of one, that its broker keeps: the entry.
    package let entry: EntryReference?
    /// The broker's name of the leg in whose place it stands.
    package let replacesBrokerOrderID: String?

    package init(
        id: Int64, accountID: Int64, clientOrderID: String, symbol: Symbol, side: Side,
        quantity: Quantity, filled: Quantity = 0, type: OrderType = .market,
        limitPrice: Money? = nil, stopPrice: Money? = nil, timeInForce: TimeInForce = .day,
        status: OrderStatus, brokerOrderID: String? = nil, placedAt: Date, attempt: Int = 0,
        sentAt: Date? = nil, reasonCode: String? = nil, reason: String? = nil,
        exits: BracketExits? = nil, entry: EntryReference? = nil,
        replacesBrokerOrderID: String? = nil
    ) {
        self.id = id
        self.accountID = accountID
        self.clientOrderID = clientOrderID
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.filled = filled
        self.type = type
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
        self.timeInForce = timeInForce
        self.status = status
        self.brokerOrderID = brokerOrderID
        self.placedAt = placedAt
        self.attempt = attempt
        self.sentAt = sentAt
        self.reasonCode = reasonCode
        self.reason = reason
        self.exits = exits
        self.entry = entry
        self.replacesBrokerOrderID = replacesBrokerOrderID
    }
}

/// The exits that a broker keeps with an entry: one at least.
package struct BracketExits: Equatable, Sendable {
    package let takeProfit: Money?
    package let stopLoss: Money?

    package init?(takeProfit: Money?, stopLoss: Money?) {
        guard takeProfit != nil || stopLoss != nil else { return nil }
        self.takeProfit = takeProfit
        self.stopLoss = stopLoss
    }
}

/// The entry of a bracket, to which legs belong.
package struct EntryReference: Equatable, Sendable {
    package let id: Int64
    package let clientOrderID: String
    /// Whether its legs are rows of ours already.
    package let isNamed: Bool

    package init(id: Int64, clientOrderID: String, isNamed: Bool) {
        self.id = id
        self.clientOrderID = clientOrderID
        self.isNamed = isNamed
    }
}

/// A part of an order that was bought or sold.
package struct Fill: Equatable, Sendable {
    /// The broker's own name for it, unique at that broker.
    package let id: String
    package let quantity: Quantity
    package let price: Money
    package let fee: Money
    package let time: Date

    package init(id: String, quantity: Quantity, price: Money, fee: Money, time: Date) {
        self.id = id
        self.quantity = quantity
        self.price = price
        self.fee = fee
        self.time = time
    }
}
