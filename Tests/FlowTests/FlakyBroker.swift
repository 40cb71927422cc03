import Providers
import Synchronization
import Trading

/// A broker whose line is bad: each request meets the next fault of a script, then none.
final class FlakyBroker: Broker {
    enum Fault: Equatable, Sendable {
        case none
        /// The request is lost on its way.
        case lost
        /// It takes effect, and the answer is lost.
        case acceptAndDrop
        /// It takes effect, and the answer is a server error.
        case serverError
    }

    let name = "flaky"
    private let inner: any Broker
    private let script: Mutex<[Fault]>
    private let log = Mutex<[String]>([])

    init(_ inner: any Broker, _ script: [Fault]) {
        self.inner = inner
        self.script = Mutex(script)
    }

    /// The requests that were made, in their order.
    var requests: [String] { log.withLock { $0 } }

    func submit(_ order: Order) async throws(BrokerError) -> SubmitAnswer {
        try await meet("submit \(order.clientOrderID)") { () async throws(BrokerError) in
            try await self.inner.submit(order)
        }
    }

    func order(clientOrderID: String) async throws(BrokerError) -> BrokerOrder? {
        try await meet("order \(clientOrderID)") { () async throws(BrokerError) in
            try await self.inner.order(clientOrderID: clientOrderID)
        }
    }

    func fills(clientOrderID: String) async throws(BrokerError) -> [Fill] {
        try await meet("fills \(clientOrderID)") { () async throws(BrokerError) in
            try await self.inner.fills(clientOrderID: clientOrderID)
        }
    }

    func cancel(clientOrderID: String) async throws(BrokerError) -> CancelAnswer {
        try await meet("cancel \(clientOrderID)") { () async throws(BrokerError) in
            try await self.inner.cancel(clientOrderID: clientOrderID)
        }
    }

    private func meet<Value>(
        _ request: String, _ act: () async throws(BrokerError) -> Value
    ) async throws(BrokerError) -> Value {
        log.withLock { $0.append(request) }
        let fault = script.withLock { $0.isEmpty ? .none : $0.removeFirst() }
        switch fault {
        case .none: return try await act()
        case .lost: throw BrokerError(broker: name, "no answer (lost)")
        case .acceptAndDrop:
            _ = try await act()
            throw BrokerError(broker: name, "no answer (dropped)")
        case .serverError:
            _ = try await act()
            throw BrokerError(broker: name, "status 500")
        }
    }
}
