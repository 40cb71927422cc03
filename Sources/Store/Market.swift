package import FoundationEssentials
package import Postgres

/// What the market did: schema `market`.
package enum Market {
    // MARK: Snapshots

    /// Computes the snapshots of an instrument from a time on, and the outcomes that became known.
    /// Returns how many snapshots.
    package static func computeSnapshots(
        instrument: Int32, interval: String, from: Date?, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            select market.compute_snapshots(
                \(bind: instrument), \(bind: interval), \(bind: from))
            """
        ).value()
    }

    /// Computes the conditions of the market from a time on, and brings its regimes up to date.
    /// Returns how many conditions.
    package static func computeConditions(
        interval: String, from: Date?, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            "select market.compute_conditions(\(bind: interval), \(bind: from))"
        ).value()
    }

    // MARK: Loading from files; all of it in one transaction

    /// Makes the session's temporary tables for rows of a kind, empty.
    package static func stage(
        _ kind: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select market.stage(\(bind: kind))")
    }

    /// Finds every fault of the staged bars. Returns how many.
    package static func checkStagedBars(
        interval: String, correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            "select market.check_staged_bars(\(bind: interval), \(bind: correct))"
        ).value()
    }

    /// Finds every fault of the staged instruments. Returns how many.
    package static func checkStagedInstruments(
        correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select market.check_staged_instruments(\(bind: correct))")
            .value()
    }

    /// Finds every fault of the staged sessions. Returns how many.
    package static func checkStagedSessions(
        calendar: String, correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            "select market.check_staged_sessions(\(bind: calendar), \(bind: correct))"
        ).value()
    }

    /// Finds every fault of the staged news. Returns how many.
    package static func checkStagedNews(
        correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select market.check_staged_news(\(bind: correct))").value()
    }

    /// The first faults found, in the file's order.
    package static func stagedFaults(
        limit: Int, on connection: isolated Connection
    ) async throws(PostgresError) -> [StagedFault] {
        try await connection.query(
            """
            select line, column_name, reason, raw from pg_temp.staged_fault
            order by staged_id, column_name limit \(bind: limit)
            """
        ).decoded(StagedFault.init)
    }

    /// How many staged rows have a fault.
    package static func faultyRows(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select count(distinct staged_id) from pg_temp.staged_fault")
            .value()
    }

    /// Keeps the faults in market.rejected_row, each once. Returns how many were new.
    package static func rejectStaged(
        file: String, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select market.reject_staged(\(bind: file))").value()
    }

    /// Stores the staged bars without a fault.
    package static func loadStagedBars(
        interval: String, source: String, correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> LoadedRows {
        let rows = try await connection.query(
            """
            select * from market.load_staged_bars(
                \(bind: interval), \(bind: source), \(bind: correct))
            """)
        var loaded = try LoadedRows(try rows.only())
        loaded.estimatedCloses = try rows.only().get("estimated_closes")
        return loaded
    }

    /// Stores the staged instruments without a fault.
    package static func loadStagedInstruments(
        correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> LoadedRows {
        let rows = try await connection.query(
            "select * from market.load_staged_instruments(\(bind: correct))")
        return try LoadedRows(try rows.only())
    }

    /// Stores the staged sessions without a fault.
    package static func loadStagedSessions(
        calendar: String, correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> LoadedRows {
        let rows = try await connection.query(
            "select * from market.load_staged_sessions(\(bind: calendar), \(bind: correct))")
        return try LoadedRows(try rows.only())
    }

    /// Stores the staged news without a fault.
    package static func loadStagedNews(
        correct: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> LoadedRows {
        let rows = try await connection.query(
            "select * from market.load_staged_news(\(bind: correct))")
        return try LoadedRows(try rows.only())
    }
}

/// Why a row of a file is not stored.
package struct StagedFault: Sendable, Equatable {
    package let line: Int
    package let column: String?
    package let reason: String
    /// The row as it was read.
    package let raw: String?

    init(_ row: Row) throws(PostgresError) {
        line = try row.get("line")
        column = try row.get("column_name")
        reason = try row.get("reason")
        raw = try row.get("raw")
    }
}

/// What a load did.
package struct LoadedRows: Sendable, Equatable {
    package let inserted: Int
    package let unchanged: Int
    package let corrected: Int
    /// Bars whose day the exchange's calendar does not know: known from the next midnight UTC.
    package var estimatedCloses = 0

    init(_ row: Row) throws(PostgresError) {
        inserted = try row.get("inserted")
        unchanged = try row.get("unchanged")
        corrected = try row.get("corrected")
    }
}
