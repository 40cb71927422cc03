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

    func clock() async throws(BrokerError) -> BrokerClock
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
    package let known: BrokerOrder

    package init(
        clientOrderID: String, symbol: Symbol, side: Side, quantity: Quantity, known: BrokerOrder
    ) {
        self.clientOrderID = clientOrderID
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.known = known
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
