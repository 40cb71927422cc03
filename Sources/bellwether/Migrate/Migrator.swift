import Postgres
import Store

/// Brings a database to what a folder of SQL describes.
///
/// A migration and its record are one transaction, a file of every install is one transaction;
/// each waits a short while for locks, gives way, and tries again. An advisory lock keeps two
/// migrates apart.
struct Migrator: Sendable {
    struct Settings: Sendable {
        var isDryRun = false
        /// How long one statement waits for a lock, so that others behind it do not wait longer.
        var lockTimeout = Duration.seconds(2)
        /// How long to try again, and to wait for another migrate.
        var patience = Duration.seconds(60)
    }

    struct Report: Encodable, Equatable, Sendable {
        var applied: [String] = []
        var files: [String] = []
        var extensionVersion: String?
        /// The version the extension had before, if it was brought up to date.
        var extensionUpdatedFrom: String?
        var schemaVersion: String?
        var isDryRun = false
    }

    static let extensionName = "bellwether"

    let folder: SQLFolder
    let settings: Settings
    let log: Log

    func run(on connection: isolated Connection) async throws -> Report {
        try await checkRights(on: connection)
        var report = Report(isDryRun: settings.isDryRun)
        if !settings.isDryRun { try await lock(on: connection) }
        try await checkIsNotNewer(on: connection)
        try await prepareExtension(&report, on: connection)
        for step in folder.steps {
            try await run(step, &report, on: connection)
        }
        report.schemaVersion =
            settings.isDryRun
            ? folder.schemaVersion : try await Ops.schemaVersion(on: connection)
        return report
    }

    private func run(
        _ step: SQLFolder.Step, _ report: inout Report, on connection: isolated Connection
    ) async throws {
        switch step.step {
        case .file:
            if !settings.isDryRun {
                try await attempt(step, on: connection) { connection in
                    try await connection.execute(step.text)
                }
                log.debug("ran \(step.path)")
            }
            report.files.append(step.path)
        case .migration(let name):
            guard try await isPending(step, name, on: connection) else { return }
            if !settings.isDryRun {
                try await attempt(step, on: connection) { connection in
                    try await connection.execute(step.text)
                    try await Ops.recordMigration(name, content: step.text, on: connection)
                }
                log.info("applied \(step.path)")
            }
            report.applied.append(name)
        }
    }

    /// Runs the body in a transaction; again after a while if it did not get its locks in time.
    private func attempt(
        _ step: SQLFolder.Step, on connection: isolated Connection,
        _ body: @Sendable (isolated Connection) async throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + settings.patience
        var pause = Duration.milliseconds(250)
        while true {
            do {
                return try await connection.transaction { connection in
                    try await Ops.limitLocks(to: settings.lockTimeout, on: connection)
                    try await body(connection)
                }
            } catch let error as PostgresError {
                guard error.isPassing, ContinuousClock.now + pause < deadline else {
                    throw Explanation.of(error, during: step.path)
                }
                log.warning("\(step.path) gives way to another session and tries again")
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(4))
            }
        }
    }

    private func isPending(
        _ step: SQLFolder.Step, _ name: String, on connection: isolated Connection
    ) async throws -> Bool {
        if settings.isDryRun, try await !Ops.hasMigrations(on: connection) { return true }
        return try await Ops.isPending(migration: name, content: step.text, on: connection)
    }

    private func lock(on connection: isolated Connection) async throws {
        let deadline = ContinuousClock.now + settings.patience
        var hasSaid = false
        while try await !Ops.lockMigrations(on: connection) {
            if !hasSaid { log.warning("another migrate is at work on this database, waiting") }
            hasSaid = true
            guard ContinuousClock.now < deadline else {
                throw ProgramError(
                    .unfinished, "another migrate is at work on this database",
                    hint: "Run it again when that one is done.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func checkRights(on connection: isolated Connection) async throws {
        guard try await Ops.isSuperuser(on: connection) else {
            throw ProgramError(
                .configuration, "migrate needs a superuser: it creates roles and the extension",
                hint: "For the private server: --database \"$(make -s dsn ROLE=admin)\".")
        }
    }

    /// A database that has migrations this folder lacks belongs to a newer program.
    private func checkIsNotNewer(on connection: isolated Connection) async throws {
        guard try await Ops.hasMigrations(on: connection) else { return }
        let known = Set(folder.migrations)
        let applied = try await Ops.migrations(on: connection)
        guard let unknown = applied.first(where: { !known.contains($0) }) else { return }
        throw ProgramError(
            .schema, "the database has migration \(unknown), which \(folder.path) has not",
            hint: "Use the program and the sql folder that belong to the newer schema.")
    }

    /// Says early that the extension is not there, and brings an older one up to date.
    private func prepareExtension(
        _ report: inout Report, on connection: isolated Connection
    ) async throws {
        let versions = try await Ops.extensionVersions(Self.extensionName, on: connection)
        guard let available = versions.available else {
            throw ProgramError(
                .schema, "the server does not have the extension \(Self.extensionName)",
                hint: "Install it: make -C extension install PG_CONFIG=/path/of/pg_config.")
        }
        report.extensionVersion = available
        guard let installed = versions.installed, installed != available else { return }
        report.extensionUpdatedFrom = installed
        if settings.isDryRun { return }
        try await Ops.updateExtension(Self.extensionName, on: connection)
        log.info("extension \(Self.extensionName) \(installed) is now \(available)")
    }
}

extension PostgresError {
    /// Whether another session was in the way: lock_not_available, deadlock_detected, or somebody
    /// who migrates another database of the server and changed the same role or grant just now.
    fileprivate var isPassing: Bool {
        switch sqlState {
        case "55P03", "40P01": true
        case "XX000": message.hasPrefix("tuple concurrently")
        case "23505": constraint == "pg_authid_rolname_index"
        default: false
        }
    }
}
