package import FoundationEssentials
package import Postgres

/// What was installed and how the server is: schema `ops` and the catalogs.
package enum Ops {
    // MARK: Migrations

    /// Whether the record of migrations is there: not before the first `migrate`.
    package static func hasMigrations(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select to_regclass('ops.migration') is not null").value()
    }

    /// The names of all migrations that were applied, in order.
    package static func migrations(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [String] {
        try await connection.query("select name from ops.migration order by name")
            .decoded { (row) throws(PostgresError) in try row.get("name") }
    }

    /// Whether a migration still has to run.
    ///
    /// - Throws: `.server` with BW002 if it was applied with another text.
    package static func isPending(
        migration: String, content: String, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        let state: String = try await connection.query(
            "select ops.migration_state(\(bind: migration), \(bind: content))"
        ).value()
        return state == "pending"
    }

    /// Records a migration, in the transaction that ran it.
    package static func recordMigration(
        _ migration: String, content: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select ops.migration_applied(\(bind: migration), \(bind: content))")
    }

    /// The newest migration that was applied, nil in a database without our schema.
    package static func schemaVersion(
        on connection: isolated Connection
    ) async throws(PostgresError) -> String? {
        let isThere: Bool = try await connection.query(
            "select to_regprocedure('ops.schema_version()') is not null"
        ).value()
        guard isThere else { return nil }
        return try await connection.query("select ops.schema_version()").value()
    }

    /// Keeps others from migrating until the session ends; false if somebody else does.
    package static func lockMigrations(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            "select pg_try_advisory_lock(hashtextextended('bellwether.migrate', 0))"
        ).value()
    }

    /// The longest a statement of this transaction waits for a lock.
    package static func limitLocks(
        to limit: Duration, on connection: isolated Connection
    ) async throws(PostgresError) {
        let milliseconds = limit / .milliseconds(1)
        _ = try await connection.query(
            "select set_config('lock_timeout', \(bind: "\(Int(milliseconds))ms"), true)")
    }

    // MARK: The queue

    /// How many jobs of these kinds are ready, leased or waiting for a retry.
    package static func queueDepth(
        kinds: [String], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select ops.queue_depth(\(bind: kinds))").value()
    }

    // MARK: The server

    /// What the database says of itself, one row a check.
    package static func health(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [HealthRow] {
        try await connection.query("select * from ops.health()").decoded(HealthRow.init)
    }

    /// The server's version, for example 150020 for 15.20, and its clock.
    package static func server(
        on connection: isolated Connection
    ) async throws(PostgresError) -> (version: Int, time: Date) {
        let row = try await connection.query(
            "select current_setting('server_version_num')::int as version, clock_timestamp() as time"
        ).only()
        return (try row.get("version"), try row.get("time"))
    }

    /// Where the server keeps its data, if the login may know it.
    package static func dataFolder(
        on connection: isolated Connection
    ) async throws(PostgresError) -> String? {
        try await connection.query(
            """
            select case when pg_has_role('pg_read_all_settings', 'usage')
                then current_setting('data_directory') end
            """
        ).value()
    }

    package static func isSuperuser(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            "select rolsuper from pg_roles where rolname = current_user"
        ).value()
    }

    /// Of the extension: what the server has, and what the database has.
    package static func extensionVersions(
        _ name: String, on connection: isolated Connection
    ) async throws(PostgresError) -> ExtensionVersions {
        let rows = try await connection.query(
            """
            select default_version, installed_version
            from pg_available_extensions where name = \(bind: name)
            """)
        guard let row = rows.first else {
            return ExtensionVersions(available: nil, installed: nil)
        }
        return ExtensionVersions(
            available: try row.get("default_version"), installed: try row.get("installed_version"))
    }

    /// Brings an extension to the version that the server has.
    package static func updateExtension(
        _ name: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("alter extension \(identifier: name) update")
    }
}

/// Versions of an extension: nil where it is not.
package struct ExtensionVersions: Sendable, Equatable {
    package let available: String?
    package let installed: String?

    package init(available: String?, installed: String?) {
        self.available = available
        self.installed = installed
    }
}

/// One check of `ops.health()`.
package struct HealthRow: Sendable, Equatable {
    package let name: String
    /// ok, warn or fail.
    package let state: String
    package let message: String
    package let mend: String

    init(_ row: Row) throws(PostgresError) {
        name = try row.get("name")
        state = try row.get("state")
        message = try row.get("message")
        mend = try row.get("mend")
    }
}
