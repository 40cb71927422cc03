import Postgres
import Providers
import Store
import Trading

/// The paper broker: fills at the next bar's open, with fee and slippage, in a book of its own.
///
/// The book happens to lie in the same database, but it is another party's: each call is a
/// transaction of its own, so an answer can be lost after it took effect, as with any broker.
struct PaperBroker: Broker {
    let name = "paper"
    let pool: Pool
    let tenant: Int32
    let account: Int64

    func submit(_ order: Order) async throws(BrokerError) -> SubmitAnswer {
        let account = account
        let answer = try await ask { connection in
            try await PaperBook.submit(account: account, order, on: connection)
        }
        switch answer.status {
        case "accepted":
            guard let id = answer.brokerOrderID else { throw unreadable(answer.status) }
            return .accepted(brokerOrderID: id)
        case "rejected": return .rejected(reason: answer.reason ?? "rejected without a reason")
        case "duplicate": return .duplicate
        default: throw unreadable(answer.status)
        }
    }

    func order(clientOrderID: String) async throws(BrokerError) -> BrokerOrder? {
        let account = account
        let answer = try await ask { connection in
            // The book looks at new bars when it is asked for fills.
            _ = try await PaperBook.fills(
                account: account, clientOrderID: clientOrderID, on: connection)
            return try await PaperBook.order(
                account: account, clientOrderID: clientOrderID, on: connection)
        }
        guard let answer else { return nil }
        guard let status = BrokerOrder.Status(rawValue: answer.status),
            let id = answer.brokerOrderID
        else { throw unreadable(answer.status) }
        return BrokerOrder(brokerOrderID: id, status: status, reason: answer.reason)
    }

    func fills(clientOrderID: String) async throws(BrokerError) -> [Fill] {
        let account = account
        return try await ask { connection in
            try await PaperBook.fills(
                account: account, clientOrderID: clientOrderID, on: connection)
        }
    }

    /// The paper broker takes no order back: each stands for the next session at most, or until
    /// it is filled.
    func cancel(clientOrderID: String) async throws(BrokerError) -> CancelAnswer {
        guard let order = try await order(clientOrderID: clientOrderID) else { return .notFound }
        return .refused(reason: "the paper broker does not cancel; the order is \(order.status)")
    }

    private func ask<Value: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws(BrokerError) -> Value {
        do {
            return try await pool.transaction(for: tenant, body)
        } catch {
            throw BrokerError(broker: name, String(describing: error))
        }
    }

    private func unreadable(_ status: String) -> BrokerError {
        BrokerError(broker: name, "the answer '\(status)' cannot be read")
    }
}
