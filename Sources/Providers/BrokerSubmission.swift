package import Trading

/// How an order reaches its broker exactly once in effect, apart from I/O.
///
///     submitting:  send -> accepted | rejected            concluded
///                       -> duplicate                       ask
///                       -> no clear answer                 unknown, come back later
///     unknown:     ask  -> found                           concluded
///                       -> not found                       send, with the same client order id,
///                                                          unless trading was halted meanwhile
///                       -> no clear answer                 unknown, come back later
///     both:        the broker asks to be left alone        throttled: unknown, come back then
///
/// The wait before coming back is the settle window in which a request that is still on its way
/// may arrive; the broker's own check of the client order id closes what it leaves open.
package struct BrokerSubmission: Sendable {
    package enum Action: Equatable, Sendable {
        case send, ask
        case conclude(Conclusion)
    }

    package enum Conclusion: Equatable, Sendable {
        case accepted(brokerOrderID: String)
        case rejected(reason: String)
        /// It never arrived, and must not any more.
        case unsent(reason: String)
        /// Nobody knows: record it, and begin again after the settle window.
        case unknown(reason: String)
        /// The same, and the broker is to be left alone for that time.
        case throttled(reason: String, wait: Duration)
    }

    /// What `trade.begin_submit` writes on an order that may only be asked for.
    package static let haltedCode = "TRADING_HALTED"

    private let order: Order
    private var wasDuplicate = false

    /// - Parameter order: as `trade.begin_submit` returned it.
    package init(_ order: Order) { self.order = order }

    package func start() -> Action { order.status == .submitting ? .send : .ask }

    package mutating func answered(_ answer: SubmitAnswer) -> Action {
        switch answer {
        case .accepted(let id): return .conclude(.accepted(brokerOrderID: id))
        case .rejected(let reason): return .conclude(.rejected(reason: reason))
        case .duplicate:
            wasDuplicate = true
            return .ask
        }
    }

    package func found(_ known: BrokerOrder?) -> Action {
        guard let known else { return notFound() }
        if known.status == .rejected {
            return .conclude(.rejected(reason: known.reason ?? "rejected without a reason"))
        }
        return .conclude(.accepted(brokerOrderID: known.brokerOrderID))
    }

    private func notFound() -> Action {
        if wasDuplicate {
            let reason = "the broker calls it a duplicate and does not know it"
            return .conclude(.unknown(reason: reason))
        }
        if order.reasonCode == Self.haltedCode {
            return .conclude(.unsent(reason: order.reason ?? "trading is halted"))
        }
        return .send
    }

    package func failed(_ error: BrokerError) -> Action {
        if let wait = error.retryAfter {
            return .conclude(.throttled(reason: error.description, wait: wait))
        }
        return .conclude(.unknown(reason: error.description))
    }

    /// Plays the protocol against a broker.
    ///
    /// - Parameter stop: Why nothing may be sent any more; asked just before each sending.
    package static func run(
        _ order: Order, at broker: any Broker, unless stop: @Sendable () -> String? = { nil }
    ) async -> Conclusion {
        var submission = BrokerSubmission(order)
        var action = submission.start()
        while true {
            do throws(BrokerError) {
                switch action {
                case .conclude(let conclusion): return conclusion
                case .send:
                    if let reason = stop() { return .unsent(reason: reason) }
                    action = submission.answered(try await broker.submit(order))
                case .ask:
                    action = submission.found(
                        try await broker.order(clientOrderID: order.clientOrderID))
                }
            } catch {
                action = submission.failed(error)
            }
        }
    }
}
