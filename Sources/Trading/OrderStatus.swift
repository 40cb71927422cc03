/// Where an order is in its life.
///
///     ready -> submitting -> acked -> partial -> filled | canceled | expired
///                  |           ^
///                  v           |
///               unknown -------+        refused, rejected: never lived
///
/// While it is `unknown` the broker is asked by client order id before the same id is sent again.
/// `trade.check_order_change` keeps the same table in the database.
package enum OrderStatus: String, Codable, Sendable, CaseIterable {
    /// A limit of ours said no; it was never to be sent.
    case refused
    /// Placed, not yet on its way.
    case ready
    /// About to be sent, or sent: written before the first byte leaves.
    case submitting
    /// Sent, and no answer that could be understood.
    case unknown
    /// The broker has it.
    case acked
    case partial
    case filled
    case canceled
    /// The broker said no.
    case rejected
    case expired

    package var isTerminal: Bool {
        switch self {
        case .refused, .filled, .canceled, .rejected, .expired: true
        case .ready, .submitting, .unknown, .acked, .partial: false
        }
    }

    /// Whether the broker may have it working in the market.
    package var isAtBroker: Bool {
        switch self {
        case .submitting, .unknown, .acked, .partial: true
        default: false
        }
    }
}

/// What can happen to an order.
package enum OrderEvent: Hashable, Sendable {
    case sending
    case accepted
    case rejected
    /// A time-out, a server error, an answer that cannot be read.
    case outcomeUnknown
    case filled(isComplete: Bool)
    case canceled
    case expired
}

extension OrderStatus {
    /// The status after an event; nil if the event contradicts what is known.
    ///
    /// Old news changes nothing: a late acknowledgement or time-out never takes an order back, and
    /// a terminal status stays, though late fills are booked. A fill of an order that was never
    /// sent is a contradiction, to be reconciled by people.
    package func after(_ event: OrderEvent) -> OrderStatus? {
        switch self {
        case .refused: nil
        case .ready: Self.afterReady(event)
        case .submitting, .unknown: afterSending(event)
        case .acked, .partial: afterAcceptance(event)
        case .filled, .canceled, .expired, .rejected: event == .sending ? nil : self
        }
    }

    private static func afterReady(_ event: OrderEvent) -> OrderStatus? {
        switch event {
        case .sending: .submitting
        case .canceled: .canceled
        case .expired: .expired
        case .accepted, .rejected, .outcomeUnknown, .filled: nil
        }
    }

    /// A fill proves that the broker accepted it.
    private func afterSending(_ event: OrderEvent) -> OrderStatus? {
        switch event {
        case .sending: self == .unknown ? .unknown : nil
        case .accepted: .acked
        case .rejected: .rejected
        case .outcomeUnknown: .unknown
        case .filled(let isComplete): isComplete ? .filled : .partial
        case .canceled: .canceled
        case .expired: self == .unknown ? .expired : nil
        }
    }

    private func afterAcceptance(_ event: OrderEvent) -> OrderStatus? {
        switch event {
        case .sending: nil
        case .accepted, .outcomeUnknown: self
        case .rejected: self == .acked ? .rejected : nil
        case .filled(let isComplete): isComplete ? .filled : .partial
        case .canceled: .canceled
        case .expired: .expired
        }
    }
}
