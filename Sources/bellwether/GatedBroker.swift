import Foundation
import Jobs
import Providers
import Trading

/// A broker each of whose requests passes the gate that all workers share; when the broker asks to
/// be left alone, nobody asks it until that time.
///
/// A request that the gate holds back has not been sent: it throws a `BrokerError` that says how
/// long to wait, as the broker's own 429 does.
struct GatedBroker: BrokerBook {
    private let broker: any BrokerBook
    private let gate: Gate

    init(_ broker: any BrokerBook, by gate: Gate) {
        self.broker = broker
        self.gate = gate
    }

    var name: String { broker.name }

    private func gated<Answer>(
        _ request: () async throws(BrokerError) -> Answer
    ) async throws(BrokerError) -> Answer {
        do {
            try await gate.pass()
        } catch {
            throw BrokerError(
                broker: name, "nothing was sent: \(JobFailure(error).reason)",
                retryAfter: JobFailure(error).throttle)
        }
        do throws(BrokerError) {
            return try await request()
        } catch {
            guard let wait = error.retryAfter, wait > .zero else { throw error }
            do {
                try await gate.close(for: wait, because: error.description)
            } catch let flaw {
                throw BrokerError(
                    broker: name, "\(error.message); the gate could not be closed: \(flaw)",
                    retryAfter: wait)
            }
            throw error
        }
    }

    func submit(_ order: Order) async throws(BrokerError) -> SubmitAnswer {
        try await gated { () async throws(BrokerError) in try await broker.submit(order) }
    }

    func order(clientOrderID: String) async throws(BrokerError) -> BrokerOrder? {
        try await gated { () async throws(BrokerError) in
            try await broker.order(clientOrderID: clientOrderID)
        }
    }

    func fills(clientOrderID: String) async throws(BrokerError) -> [Fill] {
        try await gated { () async throws(BrokerError) in
            try await broker.fills(clientOrderID: clientOrderID)
        }
    }

    func cancel(clientOrderID: String) async throws(BrokerError) -> CancelAnswer {
        try await gated { () async throws(BrokerError) in
            try await broker.cancel(clientOrderID: clientOrderID)
        }
    }

    func account() async throws(BrokerError) -> BrokerAccount {
        try await gated { () async throws(BrokerError) in try await broker.account() }
    }

    func positions() async throws(BrokerError) -> [BrokerPosition] {
        try await gated { () async throws(BrokerError) in try await broker.positions() }
    }

    func orders(after: Date) async throws(BrokerError) -> [BrokerOrderEntry] {
        try await gated { () async throws(BrokerError) in try await broker.orders(after: after) }
    }

    func fills(after: Date) async throws(BrokerError) -> [BrokerFillEntry] {
        try await gated { () async throws(BrokerError) in try await broker.fills(after: after) }
    }

    func standingOrders() async throws(BrokerError) -> [BrokerOrderEntry] {
        try await gated { () async throws(BrokerError) in try await broker.standingOrders() }
    }

    func movements(after: Date) async throws(BrokerError) -> [BrokerMovement] {
        try await gated { () async throws(BrokerError) in
            try await broker.movements(after: after)
        }
    }

    func asset(_ symbol: Symbol) async throws(BrokerError) -> BrokerAsset? {
        try await gated { () async throws(BrokerError) in try await broker.asset(symbol) }
    }

    func clock() async throws(BrokerError) -> BrokerClock {
        try await gated { () async throws(BrokerError) in try await broker.clock() }
    }
}
