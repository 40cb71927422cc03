package import Foundation
package import Trading

/// What a broker keeps of a whole account: what our own books are compared with.
package protocol BrokerBook: Broker {
    /// The broker's own state of the account.
    func account() async throws(BrokerError) -> BrokerAccount

    /// What is held now, one entry an instrument.
    func positions() async throws(BrokerError) -> [BrokerPosition]

    /// All orders that came after a time, and those that still stand.
    func orders(after: Date) async throws(BrokerError) -> [BrokerOrderEntry]

    /// All fills after a time, each with the id of its order.
    func fills(after: Date) async throws(BrokerError) -> [BrokerFillEntry]

    /// The orders that stand now.
    func standingOrders() async throws(BrokerError) -> [BrokerOrderEntry]

    /// Money that came or went without a fill after a time.
    func movements(after: Date) async throws(BrokerError) -> [BrokerMovement]

    /// An instrument as the broker trades it; nil if it does not know it.
    func asset(_ symbol: Symbol) async throws(BrokerError) -> BrokerAsset?

    func clock() async throws(BrokerError) -> BrokerClock
}

/// Money that came or went without a fill.
package struct BrokerMovement: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Paid in or out: no return.
        case capital
        /// Dividends, interest, fees.
        case income
    }

    package let id: String
    package let kind: Kind
    package let amount: Money
    package let time: Date
    package let note: String

    package init(id: String, kind: Kind, amount: Money, time: Date, note: String) {
        self.id = id
        self.kind = kind
        self.amount = amount
        self.time = time
        self.note = note
    }
}

/// What a broker lets one do with an instrument.
package struct BrokerAsset: Equatable, Sendable {
    package let symbol: Symbol
    package let isTradable: Bool
    /// Whether parts of one unit may be traded.
    package let isFractional: Bool
    package let isShortable: Bool

    package init(symbol: Symbol, isTradable: Bool, isFractional: Bool, isShortable: Bool) {
        self.symbol = symbol
        self.isTradable = isTradable
        self.isFractional = isFractional
        self.isShortable = isShortable
    }
}

package struct BrokerAccount: Equatable, Sendable, Codable {
    package let currency: String
    package let cash: Money
    package let equity: Money
    /// Whether the broker takes no orders of it.
    package let isBlocked: Bool

    package init(currency: String, cash: Money, equity: Money, isBlocked: Bool) {
        self.currency = currency
        self.cash = cash
        self.equity = equity
        self.isBlocked = isBlocked
    }
}

package struct BrokerPosition: Equatable, Sendable, Codable {
    package let symbol: Symbol
    /// Negative when sold short.
    package let quantity: Quantity
    package let averagePrice: Money

    enum CodingKeys: String, CodingKey {
        case symbol, quantity
        case averagePrice = "average_price"
    }

    package init(symbol: Symbol, quantity: Quantity, averagePrice: Money) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
    }
}

/// An order of the account, ours or somebody else's.
package struct BrokerOrderEntry: Equatable, Sendable {
    package let clientOrderID: String
    package let symbol: Symbol
    package let side: Side
    package let quantity: Quantity
    /// In the broker's words: others than ours there are, too.
    package let type: String
    package let limitPrice: Money?
    package let stopPrice: Money?
    package let timeInForce: String
    package let known: BrokerOrder
    /// Of a leg: the client order id of its bracket's entry.
    package let entryClientOrderID: String?

    package init(
        clientOrderID: String, symbol: Symbol, side: Side, quantity: Quantity, type: String,
        limitPrice: Money?, stopPrice: Money?, timeInForce: String, known: BrokerOrder,
        entryClientOrderID: String? = nil
    ) {
        self.clientOrderID = clientOrderID
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.type = type
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
        self.timeInForce = timeInForce
        self.known = known
        self.entryClientOrderID = entryClientOrderID
    }
}

package struct BrokerFillEntry: Equatable, Sendable {
    package let brokerOrderID: String
    package let symbol: Symbol
    package let side: Side
    package let fill: Fill

    package init(brokerOrderID: String, symbol: Symbol, side: Side, fill: Fill) {
        self.brokerOrderID = brokerOrderID
        self.symbol = symbol
        self.side = side
        self.fill = fill
    }
}

package struct BrokerClock: Equatable, Sendable {
    package let now: Date
    package let isOpen: Bool

    package init(now: Date, isOpen: Bool) {
        self.now = now
        self.isOpen = isOpen
    }
}
