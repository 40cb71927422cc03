package import FoundationEssentials
package import Postgres

/// Alerts and their sending: schema `ops`.
package enum Alerts {
    /// What is to be sent where; nil if there is no such delivery.
    package static func message(
        alert: Int64, route: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> AlertRow? {
        try await connection.query(
            """
            select m.channel, m.target, m.severity, m.title, m.body, m.occurrences, m.at, m.status
            from ops.alert_message(\(bind: alert), \(bind: route)) as m
            """
        ).decoded(AlertRow.init).first
    }

    /// Writes down what became of it.
    ///
    /// - Parameter error: nil if it was sent.
    package static func recordDelivery(
        alert: Int64, route: Int64, error: String?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select ops.record_delivery(\(bind: alert), \(bind: route), \(bind: error))")
    }
}

/// A row of `ops.alert_message`.
package struct AlertRow: Sendable, Equatable {
    package let channel: String
    package let target: String
    package let severity: String
    package let title: String
    package let body: String
    package let occurrences: Int
    package let at: Date
    package let wasSent: Bool

    init(_ row: Row) throws(PostgresError) {
        channel = try row.get("channel")
        target = try row.get("target")
        severity = try row.get("severity")
        title = try row.get("title")
        body = try row.get("body")
        occurrences = try row.get("occurrences")
        at = try row.get("at")
        wasSent = try row.get("status", as: String.self) == "sent"
    }
}
