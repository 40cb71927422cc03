import Foundation
import Postgres
import Support
import Testing

@testable import bellwether

@Suite("Migrate", .requiresDatabase, .emptyDatabase)
struct MigrateTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    private func connect() async throws -> Connection {
        try await Connection.connect(ScratchDatabase.require().admin)
    }

    private func value<Value: PostgresDecodable & Sendable>(
        _ sql: SQL, as type: Value.Type = Value.self
    ) async throws -> Value {
        let connection = try await connect()
        let value: Value = try await connection.query(sql).value()
        await connection.close()
        return value
    }

    /// A small sql folder: the real setup, one migration, one file.
    private func smallFolder(
        migration: String = "create schema desk; create table desk.note (text text);",
        file: String = "create or replace view desk.notes as select text from desk.note;",
        more: String = ""
    ) throws -> String {
        let setup = try String(
            contentsOf: TestServer.root.appending(path: "sql/setup.sql"), encoding: .utf8)
        let version = try String(
            contentsOf: TestServer.root.appending(path: "sql/05_ops/schema_version.sql"),
            encoding: .utf8)
        _ = try folder.file(
            "install.sql",
            """
            \\ir setup.sql
            \\ir 05_ops/schema_version.sql
            \\set migration 0001_desk
            \\ir migrations/once.psql
            \\ir 10_desk/notes.sql
            \(more)
            """)
        _ = try folder.file("setup.sql", setup)
        _ = try folder.file("05_ops/schema_version.sql", version)
        _ = try folder.file("migrations/0001_desk.sql", migration + "\n")
        _ = try folder.file("10_desk/notes.sql", file)
        return folder.url.path
    }

    private func migrate(_ arguments: String..., sql: String) async throws -> BellwetherCommand {
        let output = Collected()
        let errors = Collected()
        let program = Program(
            root: .bellwether,
            variables: ["DATABASE_URL": try ScratchDatabase.require().url()],
            output: Output(write: output.add), errors: errors.add, isTerminal: false)
        let code = await program.run(["migrate", "--sql", sql] + arguments)
        return BellwetherCommand(code: code, output: output.text, errors: errors.text)
    }

    @Test("An empty database becomes what psql makes of it")
    func likePsql() async throws {
        let run = try await BellwetherCommand.run("migrate", "--json")
        #expect(run.code == .success, "\(run.errors)")
        let ours = try await catalog(of: try ScratchDatabase.require().admin)
        let theirs = try await ScratchDatabase.with(.installed) { psql in
            try await catalog(of: psql.admin)
        }
        #expect(!ours.isEmpty)
        #expect(Set(ours).symmetricDifference(theirs) == [])
        #expect(
            try await value("select ops.schema_version()", as: String.self) == Version.schema)
    }

    /// Every relation, column, function, constraint and migration, with owner and rights.
    private func catalog(of target: ConnectionTarget) async throws -> [String] {
        let connection = try await Connection.connect(target)
        let lines: [String] = try await connection.query(
            """
            select array_agg(line) from (
                select concat_ws(' ', 'relation', c.oid::regclass, c.relkind,
                    c.relowner::regrole, c.relacl, c.relrowsecurity) as line
                from pg_class as c where c.relnamespace::regnamespace::text !~ '^(pg_|inf)'
                union all
                select concat_ws(' ', 'column', a.attrelid::regclass, a.attname,
                    format_type(a.atttypid, a.atttypmod), a.attnotnull)
                from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid
                where a.attnum > 0 and c.relnamespace::regnamespace::text !~ '^(pg_|inf)'
                union all
                select concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole,
                    p.proacl, p.prosecdef, md5(pg_get_functiondef(p.oid)))
                from pg_proc as p where p.prokind = 'f'
                    and p.pronamespace::regnamespace::text !~ '^(pg_|inf)'
                union all
                select concat_ws(' ', 'constraint', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid))
                from pg_constraint as k
                where k.connamespace::regnamespace::text !~ '^(pg_|inf)'
                union all
                select concat_ws(' ', 'migration', name, checksum) from ops.migration
            ) as all_lines
            """
        ).value()
        await connection.close()
        return lines
    }

    @Test("A second run applies nothing and runs the files again")
    func again() async throws {
        let sql = try smallFolder()
        #expect(try await migrate(sql: sql).output.contains("applied 0001_desk"))
        let second = try await migrate("--json", sql: sql)
        #expect(second.code == .success)
        #expect(second.output.contains("\"applied\":[]"))
        #expect(second.output.contains("10_desk/notes.sql"))
        #expect(second.output.contains("\"schema_version\":\"0001_desk\""))
    }

    @Test("A dry run does nothing")
    func dryRun() async throws {
        let run = try await migrate("--dry-run", sql: try smallFolder())
        #expect(run.code == .success)
        #expect(run.output.contains("0001_desk"))
        #expect(try await value("select to_regclass('ops.migration') is null"))
    }

    @Test("A migration that fails leaves nothing and says which it was")
    func failing() async throws {
        let sql = try smallFolder(
            migration: "create schema desk; create table desk.note (text text); select 1/0;")
        let run = try await migrate(sql: sql)
        #expect(run.code == .failure)
        #expect(run.errors.contains("migrations/0001_desk.sql: division by zero"))
        #expect(try await value("select to_regnamespace('desk') is null"))
        #expect(try await value("select count(*) from ops.migration") == 0)
        // Mended, the same migration runs.
        #expect(try await migrate(sql: smallFolder()).code == .success)
    }

    @Test("A migration that was edited afterwards is reported and nothing else is run")
    func changed() async throws {
        #expect(try await migrate(sql: smallFolder()).code == .success)
        let sql = try smallFolder(
            migration: "create schema desk; create table desk.note (text text, x int);",
            file: "create or replace view desk.others as select 1 as one;")
        let run = try await migrate(sql: sql)
        #expect(run.code == .schema)
        #expect(run.errors.contains("BW002"))
        #expect(run.errors.contains("0001_desk was changed after it was applied"))
        #expect(try await value("select to_regclass('desk.others') is null"))
        #expect(try await migrate("--dry-run", sql: sql).code == .schema)
    }

    @Test("A database of a newer program is left alone")
    func newer() async throws {
        #expect(try await migrate(sql: smallFolder()).code == .success)
        let connection = try await connect()
        _ = try await connection.query("select ops.migration_applied('0099_future', 'x')")
        await connection.close()
        let run = try await migrate(sql: smallFolder())
        #expect(run.code == .schema)
        #expect(run.errors.contains("0099_future"))
    }

    @Test("It gives way to who holds a lock, tries again, and goes on when the lock is free")
    func locks() async throws {
        #expect(try await migrate(sql: smallFolder()).code == .success)
        let holder = try await connect()
        try await holder.execute("begin; lock table desk.note")
        let sql = try smallFolder(more: "\\ir 10_desk/column.sql")
        _ = try folder.file("10_desk/column.sql", "alter table desk.note add column x integer;")
        let impatient = try await migrate("--wait", "1s", sql: sql)
        #expect(impatient.code == .unfinished)
        #expect(impatient.errors.contains("holds a lock"), "\(impatient.errors)")
        let waiting = Task { try await migrate(sql: sql) }
        let watcher = try await connect()
        while try await watcher.query(
            "select count(*) = 0 from pg_stat_activity where wait_event_type = 'Lock'"
        ).value(as: Bool.self) {
            await Task.yield()
        }
        try await holder.execute("rollback")
        #expect(try await waiting.value.code == .success)
        await watcher.close()
        await holder.close()
    }

    @Test("Two migrates at once do everything once")
    func together() async throws {
        let sql = try smallFolder()
        async let one = migrate(sql: sql)
        async let two = migrate(sql: sql)
        let runs = try await [one, two]
        #expect(runs.map(\.code) == [.success, .success], "\(runs.map(\.errors))")
        #expect(runs.filter { $0.output.contains("applied 0001_desk") }.count == 1)
    }

    @Test("A line for psql in a file of plain SQL is refused before anything is run")
    func plainFiles() async throws {
        let run = try await migrate(sql: smallFolder(file: "select 1;\n\\echo no\n"))
        #expect(run.code == .schema)
        #expect(run.errors.contains("10_desk/notes.sql:2"))
        #expect(try await value("select to_regclass('ops.migration') is null"))
    }

    @Test("A folder without install.sql, and a login that is no superuser, are said plainly")
    func wrongStart() async throws {
        let empty = try await migrate(sql: folder.url.path)
        #expect(empty.code == .configuration)
        #expect(empty.errors.contains("there is no file"))
        #expect(try await BellwetherCommand.run("migrate").code == .success)
        let worker = try await BellwetherCommand.run("migrate", as: "bellwether_worker")
        #expect(worker.code == .configuration)
        #expect(worker.errors.contains("needs a superuser"))
    }
}
