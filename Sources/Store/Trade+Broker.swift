package import FoundationEssentials
package import Postgres
package import Trading

extension Trade {
    /// Who trades for an account, when its books last agreed, and the database's time; nil if there
    /// is no such account.
    package static func broker(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> (name: String, reconciledAt: Date?, now: Date)? {
        let rows = try await connection.query(
            "select broker, reconciled_at, asked_at from trade.account_broker(\(bind: account))")
        guard let row = rows.first else { return nil }
        return (try row.get("broker"), try row.get("reconciled_at"), try row.get("asked_at"))
    }

    /// Up to when the fills that an account's broker lists were read; nil before the first time.
    package static func polledUntil(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Date? {
        try await connection.query("select trade.polled_until(\(bind: account))").value()
    }

    /// Says that fills were read up to a time; it never goes back.
    package static func setPolled(
        account: Int64, until time: Date, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select trade.polled_until(\(bind: account), \(bind: time))")
    }

    /// Brings an account's books to what its broker says; a second time changes nothing.
    ///
    /// - Parameter state: as `trade.reconcile` describes it.
    package static func reconcile(
        account: Int64, with state: JSON, on connection: isolated Connection
    ) async throws(PostgresError) -> Reconciliation {
        let row = try await connection.query(
            """
            select r ->> 'status' as status, r ->> 'reason' as reason
            from trade.reconcile(\(bind: account), \(bind: state)) as r
            """
        ).only()
        return try Reconciliation(row)
    }

    /// As `reconcile`, with the paper broker, whose book is in the database.
    package static func reconcilePaper(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Reconciliation {
        let row = try await connection.query(
            """
            select r ->> 'status' as status, r ->> 'reason' as reason
            from trade.reconcile_paper(\(bind: account)) as r
            """
        ).only()
        return try Reconciliation(row)
    }

    /// An order that its broker is to be asked to cancel; nil if there is nothing to ask.
    package static func beginCancel(
        order: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Order? {
        try await connection.query(
            """
            select o.*, t.* from trade.begin_cancel(\(bind: order)) as o
            cross join lateral trade.submit_terms(o.order_id) as t where o.order_id is not null
            """
        ).decoded(Order.init).first
    }

    /// Takes the legs into the books that a broker names of a bracket; known ones change nothing.
    ///
    /// - Parameter legs: as `trade.record_legs` describes them.
    package static func recordLegs(
        of entry: Int64, _ legs: JSON, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select trade.record_legs(\(bind: entry), \(bind: legs))")
    }

    /// Writes what the broker said to a request to cancel.
    ///
    /// - Parameter outcome: `canceled`, `refused` or `not_found`.
    package static func recordCancel(
        order: Int64, outcome: String, reason: String?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select trade.record_cancel(\(bind: order), \(bind: outcome), \(bind: reason))
            """)
    }
}

/// What came of comparing an account's books with its broker's.
package enum Reconciliation: Equatable, Sendable {
    case agrees
    /// Something was booked while the broker was asked: it has to be asked again.
    case moved
    /// The account is halted.
    case failed(reason: String)

    init(_ row: Row) throws(PostgresError) {
        switch try row.get("status", as: String.self) {
        case "ok": self = .agrees
        case "moved": self = .moved
        default:
            self = .failed(
                reason: try row.get("reason", as: String?.self) ?? "no reason was given")
        }
    }
}
