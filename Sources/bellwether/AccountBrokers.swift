import Foundation
import Jobs
import Postgres
import Providers
import Store
import Synchronization

/// Finds who trades for an account, and lets nobody trade before the books agree.
///
/// The paper broker's book is in the database. With any other broker this process compares the
/// books before its first order of an account: what happened while nobody looked is booked first. If
/// they cannot be made to agree the account is halted.
final class AccountBrokers: Sendable {
    private struct Key: Hashable {
        let tenant: Int32
        let account: Int64
    }

    private let pool: Pool
    private let alpaca: GatedBroker?
    /// Whether the broker trades real money: then a pre-flight check must have passed.
    private let isLive: Bool
    private let reconciled = Mutex<Set<Key>>([])

    /// How far back of the last comparison one looks again, for what came late.
    private static let overlap = TimeInterval(Double(86_400))

    private static let tries = 5

    /// - Parameters:
    ///   - alpaca: nil where this worker has no keys of it.
    ///   - isLive: nil: what the broker's endpoint says.
    init(pool: Pool, alpaca: AlpacaBroker?, isLive: Bool? = nil) {
        self.pool = pool
        self.alpaca = alpaca.map { GatedBroker($0, by: Gate($0.name, pool: pool)) }
        self.isLive = isLive ?? alpaca?.isLive ?? false
    }

    /// - Throws: `JobFailure` if this worker cannot reach the broker, or the books do not agree.
    func broker(_ tenant: Int32, _ account: Int64) async throws -> any Broker {
        let found = try await find(tenant, account)
        guard let book = found.book else {
            return PaperBroker(pool: pool, tenant: tenant, account: account)
        }
        try await requirePreflight(tenant)
        let key = Key(tenant: tenant, account: account)
        if !reconciled.withLock({ $0.contains(key) }) {
            try await reconcile(tenant, account, book)
            _ = reconciled.withLock { $0.insert(key) }
        }
        return book
    }

    /// Compares the books of an account with its broker's, whenever it was done last.
    ///
    /// - Throws: `JobFailure` as above; until it succeeds this process sends no order of the account.
    func reconcile(_ tenant: Int32, _ account: Int64) async throws {
        let found = try await find(tenant, account)
        let key = Key(tenant: tenant, account: account)
        _ = reconciled.withLock { $0.remove(key) }
        if let book = found.book {
            try await reconcile(tenant, account, book)
        } else {
            let result = try await pool.transaction(for: tenant) { connection in
                try await Trade.reconcilePaper(account: account, on: connection)
            }
            _ = try isAgreed(result, account)
        }
        _ = reconciled.withLock { $0.insert(key) }
    }

    private func requirePreflight(_ tenant: Int32) async throws {
        guard isLive else { return }
        let passed = try await pool.transaction(for: tenant) { connection in
            try await Trade.preflightPassed(on: connection)
        }
        guard passed else {
            throw JobFailure.retry(
                "real money waits for a pre-flight check that passed: bellwether preflight")
        }
    }

    /// Who trades for an account.
    private struct Found {
        /// Nil: the paper broker.
        let book: (any BrokerBook)?
        let reconciledAt: Date?
        let askedAt: Date
    }

    private func find(_ tenant: Int32, _ account: Int64) async throws -> Found {
        let found = try await pool.transaction(for: tenant) { connection in
            try await Trade.broker(account: account, on: connection)
        }
        guard let found else { throw JobFailure.permanent("there is no account \(account)") }
        switch found.name {
        case "paper":
            return Found(
                book: nil, reconciledAt: found.reconciledAt, askedAt: found.now)
        case "alpaca":
            guard let alpaca else {
                throw JobFailure.retry(
                    "this worker has no keys of alpaca, account \(account)'s broker")
            }
            return Found(
                book: alpaca, reconciledAt: found.reconciledAt, askedAt: found.now)
        default:
            throw JobFailure.permanent(
                "nobody here trades at \(found.name), account \(account)'s broker")
        }
    }

    /// Compares the books of an account with its broker's, and brings ours up to them.
    private func reconcile(_ tenant: Int32, _ account: Int64, _ broker: any BrokerBook) async throws
    {
        // What other workers book meanwhile makes it necessary to look again.
        for _ in 0..<Self.tries {
            // Before the broker is asked, by the clock that dates our rows.
            let found = try await find(tenant, account)
            let after = found.reconciledAt.map { $0.addingTimeInterval(-Self.overlap) }
            let state: JSON
            do {
                state = try JSON(
                    encoding: try await BrokerState.read(
                        broker, after: after ?? Date(timeIntervalSince1970: 0),
                        askedAt: found.askedAt))
            } catch let error as BrokerError {
                if error.retryAfter != nil { throw error }
                throw JobFailure.retry("before trading the books must agree: \(error.description)")
            }
            let result = try await pool.transaction(for: tenant) { connection in
                try await Trade.reconcile(account: account, with: state, on: connection)
            }
            if try isAgreed(result, account) { return }
        }
        throw JobFailure.retry("account \(account) moved whenever its broker was asked")
    }

    /// - Returns: false if the broker has to be asked again.
    private func isAgreed(_ result: Reconciliation, _ account: Int64) throws(JobFailure) -> Bool {
        switch result {
        case .agrees: return true
        case .moved: return false
        case .failed(let reason):
            throw JobFailure.retry("account \(account) is halted: \(reason)")
        }
    }
}
