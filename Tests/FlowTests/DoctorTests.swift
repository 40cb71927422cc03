import Foundation
import Postgres
import Support
import Testing

@testable import bellwether

@Suite("Doctor", .requiresDatabase)
struct DoctorTests {
    /// State of each finding by name.
    private func findings(_ run: BellwetherCommand) throws -> [String: String] {
        let all = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let list = try #require(all as? [[String: Any]], "\(run.output)\(run.errors)")
        var states: [String: String] = [:]
        for finding in list {
            let name = try #require(finding["name"] as? String)
            states[name] = finding["state"] as? String
            // What is not fine says what to do.
            if finding["state"] as? String != "ok" {
                #expect(finding["mend"] as? String != nil, "\(name)")
            }
        }
        return states
    }

    @Test("A fresh installation has everything but a model, data and a worker", .scratchDatabase)
    func fresh() async throws {
        // A copy of a database has not the settings of the original (ALTER DATABASE ... SET).
        #expect(try await BellwetherCommand.run("migrate").code == .success)
        let run = try await BellwetherCommand.run(
            "doctor", "--json", as: "bellwether_worker",
            variables: ["BELLWETHER_MODEL_PATH": "/no/such/folder"])
        let states = try findings(run)
        for name in ["database", "extension", "schema", "roles", "tenant setting", "queue"] {
            #expect(states[name] == "ok", "\(name)")
        }
        for name in ["instruments", "calendar", "bars", "workers"] {
            #expect(states[name] == "warn", "\(name)")
        }
        #expect(states["embedding model"] == "fail")
        #expect(run.code == .configuration)
    }

    @Test("Each thing that is wrong is found", .scratchDatabase)
    func wrong() async throws {
        let admin = try await Connection.connect(ScratchDatabase.require().admin)
        #expect(try await BellwetherCommand.run("migrate").code == .success)
        let database = try ScratchDatabase.require().name
        try await admin.execute(
            """
            alter database \(database) reset session_preload_libraries;
            insert into work.dead (job_id, tenant_id, kind, priority, attempt, max_attempts,
                payload, reason, error, errors, enqueued_at, first_failed_at, died_at)
            values (1, 0, 'run_cycle', 100, 1, 1, '{}', 'permanent', 'x', '[]', now(), now(), now());
            insert into market.rejected_row (file, reason) values ('x.csv', 'bad');
            """)
        _ = try await admin.query("select work.enqueue('run_cycle', '{\"cycle_id\":1}')")
        try await admin.execute("update work.job set run_at = now() - interval '1 hour'")
        let first = try findings(
            try await BellwetherCommand.run("doctor", "--json", as: "bellwether_worker"))
        #expect(first["tenant setting"] == "fail")
        for name in ["dead jobs", "rejected rows", "queue"] {
            #expect(first[name] == "warn", "\(name)")
        }
        _ = try await admin.query("select ops.migration_applied('0099_future', 'x')")
        await admin.close()
        let second = try await BellwetherCommand.run("doctor", "--json", as: "bellwether_worker")
        #expect(try findings(second)["schema"] == "fail")
    }

    @Test("An empty database and none at all have their own exit codes", .emptyDatabase)
    func empty() async throws {
        let models = ["BELLWETHER_MODEL_PATH": "/no/such/folder"]
        let empty = try await BellwetherCommand.run("doctor", "--json", variables: models)
        let states = try findings(empty)
        #expect(states["extension"] == "fail")
        #expect(states["schema"] == "fail")
        let none = try await BellwetherCommand.run(
            "doctor", "--json", database: "postgresql://ann@127.0.0.1:1/desk", variables: models)
        #expect(try findings(none)["database"] == "fail")
        #expect(none.code != .success)
    }
}
