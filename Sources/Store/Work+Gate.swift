package import Postgres

extension Work {
    /// Takes tokens of a provider's gate. Returns nil if they were there, else how long to wait.
    ///
    /// Call it outside a transaction: the gate's bucket is locked until the commit.
    package static func take(
        gate: String, tokens: Int, on connection: isolated Connection
    ) async throws(PostgresError) -> Duration? {
        try await connection.query("select work.take(\(bind: gate), \(bind: tokens))").value()
    }

    /// Closes a provider's gate for all workers: no job of its kinds starts meanwhile.
    package static func closeGate(
        _ gate: String, for time: Duration, reason: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select work.close_gate(\(bind: gate), \(bind: time), \(bind: reason))")
    }
}
