package import Postgres

extension Trade {
    /// The tenant's accounts.
    package static func accounts(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [(id: Int64, broker: String)] {
        try await connection.query(
            "select account_id, broker from api.accounts order by account_id"
        ).decoded { row throws(PostgresError) in
            (try row.get("account_id"), try row.get("broker"))
        }
    }

    /// What an account's record on paper says, one row a check.
    package static func paperRecord(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> [PreflightRow] {
        try await connection.query("select * from trade.paper_record(\(bind: account))")
            .decoded(PreflightRow.init)
    }

    /// What the database that is to trade is ready for, one row a check.
    package static func liveReadiness(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> [PreflightRow] {
        try await connection.query("select * from trade.live_readiness(\(bind: account))")
            .decoded(PreflightRow.init)
    }

    /// Keeps what a pre-flight check found.
    ///
    /// - Returns: Whether all of it passed.
    package static func recordPreflight(
        _ checks: JSON, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select (trade.record_preflight(\(bind: checks))).passed")
            .value()
    }

    /// Whether the newest pre-flight check passed, and lately.
    package static func preflightPassed(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select trade.preflight_passed()").value()
    }
}

/// One check of `trade.paper_record` or `trade.live_readiness`.
package struct PreflightRow: Sendable, Equatable {
    package let name: String
    package let passed: Bool
    package let found: String

    init(_ row: Row) throws(PostgresError) {
        name = try row.get("name")
        passed = try row.get("passed")
        found = try row.get("found")
    }
}

extension Agent {
    /// What the tenant's agents learnt, for another database.
    package static func learnt(
        on connection: isolated Connection
    ) async throws(PostgresError) -> JSON {
        try await connection.query("select agent.learnt()").value()
    }

    /// Takes what was learnt in another database; a second time nothing is new.
    package static func takeLearnt(
        _ learnt: JSON, on connection: isolated Connection
    ) async throws(PostgresError) -> LearntCounts {
        let row = try await connection.query(
            """
            select (t ->> 'prompts')::int as prompts, (t ->> 'weights')::int as weights,
                (t ->> 'actions')::int as actions
            from agent.take_learnt(\(bind: learnt)) as t
            """
        ).only()
        return LearntCounts(
            prompts: try row.get("prompts"), weights: try row.get("weights"),
            actions: try row.get("actions"))
    }
}

/// How much of what was learnt elsewhere was new.
package struct LearntCounts: Sendable, Equatable, Encodable {
    package let prompts: Int
    package let weights: Int
    package let actions: Int
}

extension Risk {
    /// Stops trading from the next order row on.
    package static func halt(
        _ reason: String, scope: String, target: String?, for length: Duration?,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        let seconds = length.map { $0 / .seconds(1) }
        _ = try await connection.query(
            """
            select api.halt(\(bind: reason), \(bind: scope), \(bind: target),
                clock_timestamp() + \(bind: seconds) * interval '1 second')
            """)
    }

    package static func resume(
        _ reason: String, scope: String, target: String?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select api.resume(\(bind: scope), \(bind: target), \(bind: reason))")
    }

    /// Halts the tenant because this machine's halt file is there.
    package static func haltByFile(
        _ reason: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select risk.halt_by_file(\(bind: reason))")
    }
}

extension Ops {
    /// What tells this database from every other that runs now.
    package static func identity(
        on connection: isolated Connection
    ) async throws(PostgresError) -> String {
        try await connection.query(
            "select current_database() || ' ' || pg_postmaster_start_time()::text"
        ).value()
    }
}
