package import FoundationEssentials
package import Postgres
package import Trading

/// Cycles, steps and decisions: schema `agent`.
package enum Agent {
    /// The SQLSTATE of a cycle that the tenant does not have.
    package static let unknownCycle = "BW402"
    /// The SQLSTATE of a statement that took longer than it may.
    package static let outOfTime = "57014"

    /// Starts a queued cycle; one that was started before comes back as it is.
    package static func startCycle(
        _ cycle: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> CycleRow {
        try CycleRow(
            await connection.query("select * from agent.start_cycle(\(bind: cycle))").only())
    }

    /// What the agents see of each symbol, in the order of the cycle's symbols.
    ///
    /// - Parameter noPatterns: Why patterns are left out; nil: they are looked for, as long as the
    ///   tenant's setting `pattern_timeout_seconds` lets them.
    /// - Throws: `outOfTime` when that was too short; the transaction is of no more use then.
    package static func marketViews(
        cycle: Int64, noPatterns: String? = nil, on connection: isolated Connection
    ) async throws(PostgresError) -> [MarketView] {
        if noPatterns == nil {
            _ = try await connection.query(
                """
                select set_config('statement_timeout', format('%sms', trunc(
                    1000 * tenant.number_setting('pattern_timeout_seconds'))), true)
                """)
        }
        return try await connection.query(
            "select view from agent.market_view(\(bind: cycle), \(bind: noPatterns))"
        ).decoded { row throws(PostgresError) in try row.get("view", as: JSON.self).decode() }
    }

    /// The rows of one step that are recorded.
    package static func steps(
        cycle: Int64, step: String, on connection: isolated Connection
    ) async throws(PostgresError) -> [JSON] {
        try await connection.query(
            """
            select to_jsonb(s) as row from agent.steps(\(bind: cycle)) as s
            where s.step = \(bind: step)
            """
        ).decoded { row throws(PostgresError) in try row.get("row", as: JSON.self) }
    }

    /// Records one step for many symbols, with its events; rows that are there stay as they are.
    ///
    /// - Parameter rows: objects with the members of `agent.record_steps`.
    /// - Returns: how many were new.
    package static func recordSteps(
        cycle: Int64, step: String, rows: some Encodable, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        let rows = try JSON(encoding: rows)
        return try await connection.query(
            "select agent.record_steps(\(bind: cycle), \(bind: step), \(bind: rows))"
        ).value()
    }

    /// Writes one event of the tenant.
    ///
    /// - Parameter payload: an object.
    package static func recordEvent(
        type: String, symbol: Symbol?, payload: some Encodable, cycle: Int64?,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        let payload = try JSON(encoding: payload)
        _ = try await connection.query(
            """
            select agent.record_event(
                \(bind: type), \(bind: symbol?.text), \(bind: payload), \(bind: cycle))
            """)
    }

    /// Writes the decisions that are not yet there and, if the cycle executes, places their orders.
    ///
    /// - Returns: how many were new.
    package static func decide(
        cycle: Int64, _ decisions: [Decision], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        let rows = try JSON(encoding: decisions)
        return try await connection.query(
            "select 1 from agent.decide(\(bind: cycle), \(bind: rows))"
        ).count
    }

    /// Starts the event cycle of a sudden move, with its event and alert.
    ///
    /// - Parameter move: the payload of the job, as the trigger made it.
    package static func handleMove(
        _ move: JSON, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select agent.handle_move(\(bind: move))")
    }

    /// Starts the cycle of a scheduled scan, if there is anything to look at.
    ///
    /// - Parameter scan: the payload of the job.
    package static func scanMarket(
        _ scan: JSON, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select agent.scan_market(\(bind: scan))")
    }

    /// Raises the daily summaries and settles what actions, weights and strategies came to.
    ///
    /// - Parameter payload: of the job.
    package static func closeDay(
        _ payload: JSON, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select agent.close_day(\(bind: payload))")
    }

    /// Ends a cycle; one that has ended stays as it is.
    package static func finishCycle(
        _ cycle: Int64, as status: CycleRow.Status, reason: String? = nil,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select agent.finish_cycle(\(bind: cycle), \(bind: status.rawValue), \(bind: reason))")
    }
}

/// A row of `agent.cycle`.
package struct CycleRow: Sendable, Equatable {
    package enum Status: String, Sendable {
        case queued, running, done, failed
    }

    package let id: Int64
    package let status: Status
    package let createdAt: Date
    package let asOf: Date
    /// nil when the tenant has none: then nothing can be sized.
    package let accountID: Int64?
    /// nil for a cycle without a strategy.
    package let strategyID: Int64?
    /// Whether decisions become orders.
    package let executes: Bool
    package let traceID: UUID

    init(_ row: Row) throws(PostgresError) {
        id = try row.get("cycle_id")
        let status: String = try row.get("status")
        guard let known = Status(rawValue: status) else {
            throw PostgresError(.decoding, "agent.cycle has the status \(status)")
        }
        self.status = known
        createdAt = try row.get("created_at")
        asOf = try row.get("as_of")
        accountID = try row.get("account_id")
        strategyID = try row.get("strategy_id")
        executes = try row.get("execute")
        traceID = try row.get("trace_id")
    }
}
