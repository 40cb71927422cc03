import Postgres
import Support
import Testing

@testable import bellwether

@Suite("bellwether graph", .requiresDatabase, .scratchDatabase)
struct GraphCommandTests {
    /// Tenant 1 with two strategies, each with a document, and a call of a model.
    private func makeDesk() async throws {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        try await connection.execute(
            """
            select tenant.create_tenant(1, 'one');
            set bellwether.tenant = 1;
            select strategy.save(name, '{"entry": [">", "quick", "calm"], "indicators": {
                "quick": {"indicator": "sma", "n": 2}, "calm": {"indicator": "ema", "n": 5}
            }, "exit": ["<", "quick", "calm"], "universe": {"symbols": ["T01"]}}')
            from unnest(array['trend', 'other']) as name;
            insert into agent.call (task, provider, model, outcome, cost)
            values ('signal', 'local', 'm', 'ok', 0);
            """)
        await connection.close()
    }

    @Test("rebuild makes the same graph, byte for byte, from what delete has left")
    func rebuilds() async throws {
        try await makeDesk()
        let before = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(before.code == .success, "\(before.errors)")
        #expect(before.output.contains("\"USES_INDICATOR\""))

        let deleted = try await BellwetherCommand.run("graph", "delete", "--tenant", "1")
        #expect(deleted.output == "8 nodes deleted\n")
        let empty = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(empty.output == "{\"edges\": [], \"nodes\": []}\n")

        let made = try await BellwetherCommand.run("graph", "rebuild", "--tenant", "1")
        #expect(made.output == "8 nodes, 11 edges\n")
        let after = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(after.output == before.output)
        // And from what is there.
        let again = try await BellwetherCommand.run("graph", "rebuild", "--tenant", "1", "--json")
        #expect(again.output == "{\"edges\":11,\"nodes\":8}\n")
        let same = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(same.output == before.output)
    }

    @Test("A tenant that is not there, or not named, is said to be so")
    func refuses() async throws {
        let absent = try await BellwetherCommand.run("graph", "rebuild", "--tenant", "77")
        #expect(absent.code == .failure)
        #expect(absent.errors.contains("there is no tenant 77"))
        #expect(try await BellwetherCommand.run("graph", "export").code == .usage)
        #expect(try await BellwetherCommand.run("graph", "delete", "--tenant", "x").code == .usage)
    }

    @Test("Only who may choose the tenant makes and deletes graphs")
    func needsRights() async throws {
        for action in ["rebuild", "export", "delete"] {
            let run = try await BellwetherCommand.run(
                "graph", action, "--tenant", "1", as: "bellwether_worker")
            #expect(run.code != .success)
            #expect(run.errors.contains("permission denied"), "\(run.errors)")
        }
    }

    @Test("Rows from before the graph are in it after an upgrade")
    func upgrades() async throws {
        try await makeDesk()
        let kept = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        // As it was when 0010_graph had run and no trigger had seen a row.
        try await connection.execute(
            """
            delete from ops.migration where name = '0015_graph';
            drop table graph.stale;
            select graph.delete_tenant(1);
            """)
        let run = try await BellwetherCommand.run("migrate", "--json")
        #expect(run.code == .success, "\(run.errors)")
        let upgraded = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(upgraded.output == kept.output)
        // Once: what the operator deletes stays deleted.
        _ = try await BellwetherCommand.run("graph", "delete", "--tenant", "1")
        _ = try await BellwetherCommand.run("migrate")
        let deleted = try await BellwetherCommand.run("graph", "export", "--tenant", "1")
        #expect(deleted.output == "{\"edges\": [], \"nodes\": []}\n")
        await connection.close()
    }
}
