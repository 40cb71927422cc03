import Foundation
import Postgres
import Support
import Testing

@testable import bellwether

@Suite("A bad environment", .requiresDatabase)
struct EnvironmentTests {
    @Test(
        "A wrong database is one sentence, a way out and an exit code",
        arguments: [
            ("postgresql://ann@127.0.0.1:1/desk", "Connection refused"),
            ("postgresql://ann@/desk?host=/no/such/folder", "No such file or directory"),
            ("postgresql://ann@/desk?nonsense=1", "cannot be read"),
            ("nonsense", "cannot be read"),
        ])
    func wrongURL(_ url: String, _ reason: String) async throws {
        let run = try await BellwetherCommand.run("ingest", "x.csv", database: url)
        #expect(run.code == .dataRefused || run.code == .databaseUnreachable)
        let migrate = try await BellwetherCommand.run("migrate", database: url)
        #expect(migrate.code == .databaseUnreachable)
        #expect(migrate.errors.contains(reason), "\(migrate.errors)")
        #expect(migrate.errors.split(separator: "\n").count == 2, "\(migrate.errors)")
    }

    @Test("A database that is not there is named")
    func absentDatabase() async throws {
        let url = try TestServer.url(of: "no_such_database")
        let run = try await BellwetherCommand.run("migrate", database: url)
        #expect(run.code == .databaseUnreachable)
        #expect(run.errors.contains("no_such_database"))
    }

    @Test("A login that is not there is named", .emptyDatabase)
    func absentLogin() async throws {
        let run = try await BellwetherCommand.run("migrate", as: "nobody_of_ours")
        #expect(run.code == .databaseUnreachable)
        #expect(run.errors.contains("nobody_of_ours"))
    }

    @Test("A database without our schema, or with another one, says what to run", .emptyDatabase)
    func schemas() async throws {
        let folder = try ScratchFolder()
        let file = try folder.file("bars.csv", "symbol,date,open,high,low,close,volume\n")
        let empty = try await BellwetherCommand.run("ingest", file)
        #expect(empty.code == .schema)
        #expect(empty.errors.contains("bellwether migrate"))

        #expect(try await BellwetherCommand.run("migrate").code == .success)
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        _ = try await connection.query("select ops.migration_applied('0099_future', 'x')")
        let newer = try await BellwetherCommand.run("ingest", file)
        #expect(newer.code == .schema)
        #expect(newer.errors.contains("0099_future, newer than \(Version.schema)"))
        _ = try await connection.query(
            "delete from ops.migration where name >= \(bind: Version.schema)")
        let older = try await BellwetherCommand.run("ingest", file)
        #expect(older.code == .schema)
        #expect(older.errors.contains("older than \(Version.schema)"))
        await connection.close()
    }

    @Test("In production a missing setting stops the start with its name")
    func production() async throws {
        let output = Collected()
        let program = Program(
            root: .bellwether, variables: ["BELLWETHER_ENVIRONMENT": "production"],
            output: Output(write: output.add), errors: output.add, isTerminal: false)
        #expect(await program.run(["ingest", "x.csv"]) == .configuration)
        #expect(output.text.contains("database_url"))
    }
}
