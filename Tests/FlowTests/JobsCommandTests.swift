import Foundation
import Jobs
import Postgres
import Support
import Testing

@testable import bellwether

@Suite("bellwether jobs", .requiresDatabase, .scratchDatabase)
struct JobsCommandTests {
    private func jobs(_ arguments: String...) async throws -> BellwetherCommand {
        let output = Collected()
        let errors = Collected()
        let program = Program(
            root: .bellwether,
            variables: ["DATABASE_URL": try ScratchDatabase.require().url(as: "bellwether_worker")],
            output: Output(write: output.add), errors: errors.add, isTerminal: false)
        let code = await program.run(["jobs"] + arguments)
        return BellwetherCommand(code: code, output: output.text, errors: errors.text)
    }

    @Test("list and show tell of each job, as a table and as JSON")
    func looks() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(2)
        try await bench.enqueue(1, kind: "send", tenant: 3)
        let all = try await jobs("list")
        #expect(all.output.split(separator: "\n").count == 4)
        let some = try await jobs("list", "--kind", "send", "--state", "ready", "--tenant", "3")
        #expect(some.output.split(separator: "\n").count == 2)
        #expect(some.output.contains("send"))
        #expect(try await jobs("list", "--state", "dead", "--json").output == "[]\n")
        let shown = try await jobs("show", "3", "--json")
        #expect(shown.output.contains("\"kind\": \"send\""))
        #expect(try await jobs("show", "3").output.contains("tenant_id"))
        let absent = try await jobs("show", "99")
        #expect(absent.code == .failure)
        #expect(absent.errors.contains("there is no job 99"))
        #expect(try await jobs("show", "x").code == .usage)
    }

    @Test("cancel makes jobs dead, retry gives them back one by one or by kind")
    func acts() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(3)
        #expect(
            try await jobs("cancel", "1", "2", "3", "1").output
                == "job 1 canceled\njob 2 canceled\njob 3 canceled\n")
        #expect(try await bench.dead() == 3)
        let one = try await jobs("retry", "1")
        #expect(one.output == "dead job 1 lives again\n")
        // All or none: the second is not dead.
        #expect(try await jobs("retry", "2", "77").code == .failure)
        #expect(try await bench.dead() == 2)
        #expect(try await jobs("retry", "--kind", "note").output == "2 dead jobs live again\n")
        #expect(try await bench.dead() == 0)
        #expect(try await jobs("retry").code == .usage)
        #expect(try await jobs("retry", "1", "--kind", "note").code == .usage)
        _ = try await bench.admin.query(
            "select work.enqueue('note', run_at => now() + interval '1 day')")
        #expect(try await jobs("retry", "4").output == "job 4 starts now\n")
        #expect(
            try await bench.count("select count(*) from work.job where state = 'ready'") == 4)
    }

    /// A job that is done (1), ready (2), leased (3), blocked by a lane (5) and by a job (6), dead (7).
    private func oneOfEach(_ bench: JobsBench) async throws {
        try await bench.enqueue(1)
        try await bench.drain([NoteHandler()])
        try await bench.enqueue(1)
        try await bench.enqueue(1, kind: "send")
        try await bench.admin.execute(
            """
            select work.claim(work.register_worker('here', 1, 'test', '{send}'), '{send}', 1);
            select work.enqueue('note', lane => 'x');
            select work.enqueue('note', lane => 'x');
            select work.enqueue('note', after => '{2,4}');
            select work.enqueue('note');
            select work.cancel('{7}');
            """)
    }

    @Test(
        "a job for which nothing can be done is named, with what it is and what to do instead",
        arguments: [
            ("retry", "1", "job 1 was done at ", "Enqueue it anew"),
            ("retry", "2", "job 2 is ready: ", "'bellwether jobs workers'"),
            ("retry", "3", "job 3 runs at worker ", "'bellwether jobs cancel'"),
            ("retry", "5", "job 5 is blocked by its lane: ", "'bellwether jobs show'"),
            ("retry", "6", "job 6 waits for 2, 4: ", "'bellwether jobs show'"),
            ("retry", "99", "job 99 is not known: ", "forgotten"),
            ("cancel", "1", "job 1 was done at ", "nothing to cancel"),
            ("cancel", "7", "job 7 is dead already (canceled): ", "nothing to cancel"),
            ("cancel", "99", "job 99 is not known: ", "nothing to cancel"),
        ])
    func saysWhy(command: String, job: String, what: String, instead: String) async throws {
        let bench = try await JobsBench.make()
        try await oneOfEach(bench)
        let answer = try await jobs(command, job)
        #expect(answer.code == .failure)
        let said = answer.output + answer.errors
        #expect(said.contains(what), "\(said)")
        #expect(said.contains(instead), "\(said)")
        #expect(!said.contains("SQLSTATE"))
        #expect(try await bench.living() == 5)
        #expect(try await bench.dead() == 1)
    }

    @Test("cancel says that a running job's result is not kept, and takes it from its worker")
    func cancelsRunning() async throws {
        let bench = try await JobsBench.make()
        try await oneOfEach(bench)
        let answer = try await jobs("cancel", "3", "1")
        #expect(answer.code == .failure)
        #expect(answer.output.hasPrefix("job 3 canceled; its result is not kept\njob 1 was done"))
        #expect(try await bench.dead() == 2)
    }

    @Test("a kind that is not there, or has no dead jobs, is no success")
    func namesKinds() async throws {
        _ = try await JobsBench.make()
        for command in ["list", "retry", "pause", "resume"] {
            let answer = try await jobs(command, "--kind", "notte")
            #expect(answer.code == .usage, "\(command)")
            #expect(answer.errors.contains("there is no kind of job 'notte'"))
            #expect(answer.errors.contains("Did you mean 'note'?"))
        }
        let none = try await jobs("retry", "--kind", "note", "--tenant", "3")
        #expect(none.code == .failure)
        #expect(none.errors.contains("no dead jobs of kind note, tenant 3"))
        #expect(try await jobs("list").output == "no such jobs live or are dead\n")
        #expect(try await jobs("dead").output == "no job is dead\n")
        #expect(try await jobs("workers").output.hasPrefix("no worker lives"))
        #expect(try await jobs("stats").output.hasPrefix("no jobs"))
        #expect(try await jobs("top", "--over", "0s").code == .usage)
    }

    @Test("resume tells what else still holds the jobs back")
    func stillPaused() async throws {
        _ = try await JobsBench.make()
        _ = try await jobs("pause", "--all", "--reason", "flood")
        _ = try await jobs("pause", "--kind", "send")
        _ = try await jobs("pause", "--kind", "note")
        #expect(
            try await jobs("resume", "--kind", "send").output
                == "kind send: resumed\nstill paused: everything (flood)\n")
        #expect(try await jobs("resume", "--kind", "send").output.contains("was not paused"))
        #expect(
            try await jobs("resume", "--all").output
                == "everything: resumed\nstill paused: kind note\n")
    }

    @Test("pause stops what it names until resume")
    func pauses() async throws {
        let bench = try await JobsBench.make()
        let paused = try await jobs("pause", "--kind", "send", "--reason", "broker is down")
        #expect(paused.output == "kind send: paused\n")
        #expect(
            try await jobs("pause", "--kind", "send").output == "kind send: was paused already\n")
        #expect(try await jobs("pause").code == .usage)
        #expect(try await jobs("pause", "--kind", "juggle").errors.contains("juggle"))
        #expect(try await jobs("top").output.contains("paused: kind send (broker is down)"))
        try await bench.enqueue(1, kind: "send")
        let claimed = try await bench.admin.query(
            """
            select work.claim(work.register_worker('here', 1, 'test', '{send}'), '{send}', 10)
            """)
        #expect(claimed.isEmpty)
        #expect(try await jobs("resume", "--kind", "send").output == "kind send: resumed\n")
        try await bench.drain([NoteHandler(kind: "send")])
        #expect(try await bench.effects() == 1)
    }

    @Test("top counts what waits and what was done; elsewhere than on a terminal it ends")
    func tops() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(5)
        try await bench.drain([NoteHandler()])
        try await bench.enqueue(2, kind: "send")
        let plain = try await jobs("top")
        #expect(!plain.output.contains("\u{1B}"))
        #expect(plain.output.contains("0 workers, 0 idle"))
        let documents = try await jobs("top", "--json", "--count", "2", "--every", "1ms").output
            .split(separator: "\n")
        #expect(documents.count == 2)
        struct Picture: Decodable {
            struct Kind: Decodable {
                let kind: String
                let ready: Int
                let done: Int
            }
            let kinds: [Kind]
        }
        let picture = try JSONDecoder().decode(Picture.self, from: Data(documents[0].utf8))
        #expect(picture.kinds.map(\.kind) == ["note", "send"])
        #expect(picture.kinds.map(\.done) == [5, 0])
        #expect(picture.kinds.map(\.ready) == [0, 2])
    }

    @Test("probe says how long a job took, or that no worker answers")
    func probes() async throws {
        let database = try ScratchDatabase.require()
        let silent = try await jobs("probe", "--limit", "50ms")
        #expect(silent.code == .failure)
        #expect(silent.errors.contains("no worker answered"))
        let runner = Runner(
            pool: JobsBench.pool(database.target(as: "bellwether_worker")), handlers: [Probe()],
            version: JobsBench.version)
        let task = Task { try await runner.run() }
        let answered = try await jobs("probe", "--count", "3")
        #expect(answered.code == .success, "\(answered.errors)")
        #expect(answered.output.hasPrefix("3 probes: started after "))
        task.cancel()
        try await task.value
    }
}
