import Foundation
package import Postgres

/// A database of a test's own, dropped after it.
package struct ScratchDatabase: Sendable {
    /// What is in it at first.
    package enum Contents: Sendable {
        /// Nothing but what PostgreSQL puts there.
        case empty
        /// As `empty`, but a schema of its own, first in the search path, in a database that all
        /// such tests of the process share: for tests that need tables and no database.
        case schema
        /// All of `sql/install.sql`: a copy of a template that is made once for each state of sql/.
        case installed
    }

    /// The database of the test that runs now: set by the trait `.scratchDatabase`.
    @TaskLocal package static var current: ScratchDatabase?

    package let name: String
    /// As the superuser: to prepare and to look. Behaviour is tested as the roles below.
    package let admin: ConnectionTarget

    /// As one of the installed logins, for example `bellwether_worker`.
    package func target(as user: String) -> ConnectionTarget { admin.user(user) }

    /// The connection string for programs that a test starts.
    package func url(as user: String? = nil) throws -> String {
        try TestServer.url(of: name, user: user)
    }

    /// What all their names begin with; the process that made them follows.
    fileprivate static let prefix = "bellwether_test_"

    /// The database of the running test.
    package static func require() throws -> ScratchDatabase {
        guard let current else {
            throw TestServerError("give the test or its suite the trait .scratchDatabase")
        }
        return current
    }

    /// Makes a database, runs `body` and drops the database, whatever is connected to it.
    package static func with<Value: Sendable>(
        _ contents: Contents, _ body: @Sendable (ScratchDatabase) async throws -> Value
    ) async throws -> Value {
        await Turns.shared.take()
        do {
            let value = try await make(contents, body)
            await Turns.shared.giveBack()
            return value
        } catch {
            await Turns.shared.giveBack()
            throw error
        }
    }

    private static func make<Value: Sendable>(
        _ contents: Contents, _ body: @Sendable (ScratchDatabase) async throws -> Value
    ) async throws -> Value {
        let server = try await Connection.connect(TestServer.maintenance())
        let name = "\(prefix)\(getpid())_\(UUID().uuidString.prefix(8).lowercased())"
        try await Leftovers.shared.drop(on: server)
        switch contents {
        case .schema:
            await server.close()
            return try await inSchema(body)
        case .empty:
            try await server.execute("create database \(name)")
        case .installed:
            let template = try await Template.current(on: server)
            try await server.execute("create database \(name) template \(template)")
            try await copySettings(of: template, to: name, on: server)
        }
        let scratch = ScratchDatabase(name: name, admin: try TestServer.admin().database(name))
        return try await run(body, scratch) {
            try await server.execute("drop database if exists \(name) with (force)")
            await server.close()
        }
    }

    /// Runs `body`, then `clean`, whatever came of it.
    private static func run<Value: Sendable>(
        _ body: @Sendable (ScratchDatabase) async throws -> Value, _ scratch: ScratchDatabase,
        _ clean: @escaping @Sendable () async throws -> Void
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(scratch))
        } catch {
            result = .failure(error)
        }
        // A cancelled test cleans up too: a task of its own, awaited here.
        try await Task { try await clean() }.value
        return try result.get()
    }

    private static func inSchema<Value: Sendable>(
        _ body: @Sendable (ScratchDatabase) async throws -> Value
    ) async throws -> Value {
        let shared = try await SharedDatabase.shared.target()
        let schema = "test_\(UUID().uuidString.prefix(8).lowercased())"
        let admin = try await Connection.connect(shared)
        try await admin.execute("create schema \(schema)")
        let scratch = ScratchDatabase(
            name: schema, admin: shared.with("options", "-c search_path=\(schema)"))
        return try await run(body, scratch) {
            try await admin.execute("drop schema if exists \(schema) cascade")
            await admin.close()
        }
    }
}

/// One empty database for all tests of this process that need no more than a schema.
///
/// It stays until the next test process drops it: nobody knows which test is the last one.
private actor SharedDatabase {
    static let shared = SharedDatabase()

    private var making: Task<ConnectionTarget, any Error>?

    func target() async throws -> ConnectionTarget {
        if let making { return try await making.value }
        let making = Task {
            let name = "\(ScratchDatabase.prefix)\(getpid())_shared"
            let server = try await Connection.connect(TestServer.maintenance())
            try await server.execute("create database \(name)")
            await server.close()
            return try TestServer.admin().database(name)
        }
        self.making = making
        return try await making.value
    }
}

extension ScratchDatabase {
    /// `ALTER DATABASE ... SET` is not copied with the database.
    private static func copySettings(
        of template: String, to name: String, on server: Connection
    ) async throws {
        let statements = try await server.query(
            """
            select format('alter database %I set %s = %L', \(bind: name)::text,
                split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1))
            from pg_db_role_setting as s inner join pg_database as d on d.oid = s.setdatabase,
                unnest(s.setconfig) as setting
            where s.setrole = 0 and d.datname = \(bind: template)
            """
        ).decoded { row throws(PostgresError) in try row.get(0, as: String.self) }
        for statement in statements { try await server.execute(statement) }
    }
}

/// Tests run side by side, the server has only so many connections.
private actor Turns {
    static let shared = Turns()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}

/// The databases of test processes that were killed: dropped once in each process.
private actor Leftovers {
    static let shared = Leftovers()

    private var isDone = false

    func drop(on server: Connection) async throws {
        if isDone { return }
        isDone = true
        let names = try await server.query(
            "select datname from pg_database where starts_with(datname, \(bind: ScratchDatabase.prefix))"
        ).decoded { row throws(PostgresError) in try row.get(0, as: String.self) }
        for name in names where Self.isLeft(name) {
            try await server.execute("drop database if exists \(SQL.quoted(name)) with (force)")
        }
    }

    /// Whether the process in the name has ended.
    private static func isLeft(_ name: String) -> Bool {
        let process = name.dropFirst(ScratchDatabase.prefix.count).split(separator: "_").first
        guard let process = process.flatMap({ pid_t($0) }) else { return true }
        return kill(process, 0) != 0 && errno == ESRCH
    }
}

/// The database that installed ones are copied from, named by what it was made of.
private enum Template {
    private static let prefix = "bellwether_swift_template_"

    /// Makes it if it is not there; other test processes wait meanwhile.
    static func current(on server: Connection) async throws -> String {
        let name = prefix + String(try fingerprint(), radix: 16)
        _ = try await server.query("select pg_advisory_lock(hashtext('bellwether template'))")
        do {
            try await make(name, on: server)
        } catch {
            _ = try await server.query("select pg_advisory_unlock(hashtext('bellwether template'))")
            throw error
        }
        _ = try await server.query("select pg_advisory_unlock(hashtext('bellwether template'))")
        return name
    }

    private static func make(_ name: String, on server: Connection) async throws {
        let databases = try await server.query(
            "select datname from pg_database where starts_with(datname, \(bind: prefix))"
        ).decoded { row throws(PostgresError) in try row.get(0, as: String.self) }
        if databases.contains(name) { return }
        for old in databases {
            try await server.execute("drop database if exists \(SQL.quoted(old)) with (force)")
        }
        let draft = name + "_draft"
        try await server.execute("create database \(draft)")
        try TestServer.run(
            "psql",
            ["-Xq", "-v", "ON_ERROR_STOP=1", "-f", "sql/install.sql", TestServer.url(of: draft)])
        // Only a whole template gets the name.
        try await server.execute("alter database \(draft) rename to \(name)")
    }

    /// FNV-1a (Fowler, Noll, Vo) over the text of all files that an installation reads.
    private static func fingerprint() throws -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for folder in ["sql", "extension/sql"] {
            let base = TestServer.root.appending(path: folder)
            guard let files = FileManager.default.enumerator(atPath: base.path) else {
                throw TestServerError("there is no folder \(base.path)")
            }
            let paths = files.compactMap { $0 as? String }.filter {
                $0.hasSuffix(".sql") || $0.hasSuffix(".psql")
            }
            for path in paths.sorted() {
                let text = try Data(contentsOf: base.appending(path: path))
                for byte in Array(path.utf8) + Array(text) {
                    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
                }
            }
        }
        return hash
    }
}
