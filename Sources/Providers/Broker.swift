package import Trading

/// Who trades for us: paper or live, all with the same contract.
///
/// A broker tells equal orders apart by their client order id alone: sending the same id twice
/// makes one order. Whether an act that failed took effect is unknown until it was asked.
package protocol Broker: Sendable {
    /// As in `trade.account.broker`.
    var name: String { get }

    /// Sends an order.
    ///
    /// - Throws: `BrokerError` when nobody knows whether it arrived.
    func submit(_ order: Order) async throws(BrokerError) -> SubmitAnswer

    /// The order as the broker knows it; nil if it never arrived.
    func order(clientOrderID: String) async throws(BrokerError) -> BrokerOrder?

    /// All fills of an order so far.
    func fills(clientOrderID: String) async throws(BrokerError) -> [Fill]

    /// Asks to take an order out of the market.
    func cancel(clientOrderID: String) async throws(BrokerError) -> CancelAnswer
}

/// What a broker says to an order that is sent to it.
package enum SubmitAnswer: Equatable, Sendable {
    case accepted(brokerOrderID: String)
    /// A business reason, final.
    case rejected(reason: String)
    /// An order with this client order id came before; ask for it.
    case duplicate
}

/// What a broker says to a request to cancel.
package enum CancelAnswer: Equatable, Sendable {
    case canceled
    /// Too late: it is filled, or over.
    case refused(reason: String)
    /// There is no such order.
    case notFound
}

/// An order as its broker knows it.
package struct BrokerOrder: Equatable, Sendable {
    package enum Status: String, Equatable, Sendable {
        /// It stands, wholly or partly unfilled.
        case accepted
        case filled, canceled, rejected, expired
    }

    package let brokerOrderID: String
    package let status: Status
    package let reason: String?
    /// Nil where the broker does not say: as it was ordered.
    package let quantity: Quantity?
    /// What it keeps of a bracket beside the entry, over or not.
    package let legs: [BrokerLeg]

    package init(
        brokerOrderID: String, status: Status, reason: String? = nil, quantity: Quantity? = nil,
        legs: [BrokerLeg] = []
    ) {
        self.brokerOrderID = brokerOrderID
        self.status = status
        self.reason = reason
        self.quantity = quantity
        self.legs = legs
    }
}

/// A leg of a bracket: an order that the broker made of one of ours.
package struct BrokerLeg: Equatable, Sendable, Encodable {
    package let clientOrderID: String
    package let brokerOrderID: String
    package let side: Side
    package let quantity: Quantity
    package let type: OrderType
    package let limitPrice: Money?
    package let stopPrice: Money?
    package let timeInForce: TimeInForce

    enum CodingKeys: String, CodingKey {
        case side, quantity, type
        case clientOrderID = "client_order_id"
        case brokerOrderID = "broker_order_id"
        case limitPrice = "limit_price"
        case stopPrice = "stop_price"
        case timeInForce = "time_in_force"
    }

    package init(
        clientOrderID: String, brokerOrderID: String, side: Side, quantity: Quantity,
        type: OrderType, limitPrice: Money?, stopPrice: Money?, timeInForce: TimeInForce
    ) {
        self.clientOrderID = clientOrderID
        self.brokerOrderID = brokerOrderID
        self.side = side
        self.quantity = quantity
        self.type = type
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
        self.timeInForce = timeInForce
    }
}

/// A request that was not understood to have succeeded or failed: a time-out, a server error, an
/// answer that cannot be read.
package struct BrokerError: Error, Equatable, CustomStringConvertible {
    package let broker: String
    package let message: String
    /// How long the broker wants to be left alone (429); the request was not taken.
    package var retryAfter: Duration?

    package init(broker: String, _ message: String, retryAfter: Duration? = nil) {
        self.broker = broker
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { "broker \(broker): \(message)" }
}
