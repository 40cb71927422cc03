import Foundation
import Jobs
import Postgres
import Store
import Support
import Synchronization
import Testing

@Suite("A worker", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct JobsRunnerTests {
    private struct Broken: Error {}

    @Test("does each job once, with the tenant of the job, and ends when nothing is left")
    func doesEach() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(150, tenant: 1)
        try await bench.enqueue(50, tenant: 2)
        try await bench.drain([NoteHandler()])
        #expect(try await bench.effects() == 200)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.done() == 200)
        #expect(try await bench.living() == 0)
        #expect(try await bench.count("select count(*) from effect where tenant_id = 2") == 50)
        #expect(try await bench.count("select count(*) from work.worker") == 0)
    }

    @Test("two workers share the jobs and none is done twice")
    func shares() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(300)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { try await bench.drain([NoteHandler()]) } }
            try await group.waitForAll()
        }
        #expect(try await bench.effects() == 300)
        #expect(try await bench.doubled() == 0)
    }

    @Test("a permanent failure kills the job at once, with its reason")
    func buries() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        try await bench.drain([NoteHandler { _ in throw JobFailure.permanent("no such order") }])
        let row = try await bench.admin.query("select reason, error, attempt from work.dead").only()
        #expect(try row.get("reason", as: String.self) == "permanent")
        #expect(try row.get("error", as: String.self) == "no such order")
        #expect(try row.get("attempt", as: Int.self) == 1)
        #expect(try await bench.effects() == 0)
    }

    @Test("any other failure is tried again until the attempts are spent")
    func retries() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        let runs = Counter()
        try await bench.drain([
            NoteHandler { _ in
                runs.increment()
                throw Broken()
            }
        ])
        #expect(runs.value == 3)
        #expect(try await bench.dead() == 1)
        #expect(try await bench.effects() == 0)
    }

    @Test("a job that is throttled spends no attempt")
    func throttles() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        let runs = Counter()
        let attempts = Counter()
        try await bench.drain([
            NoteHandler { job in
                if job.attempt > 1 { attempts.increment() }
                if runs.increment() <= 5 {
                    throw JobFailure.throttled("429", for: .milliseconds(10))
                }
            }
        ])
        #expect(runs.value == 6)
        #expect(attempts.value == 0)
        #expect(try await bench.effects() == 1)
    }

    @Test(
        "a provider that asks for less than no time, or for ever, breaks neither gate nor job",
        arguments: [Duration.seconds(-5), .zero, .seconds(1e15)])
    func bearsAnyWait(wait: Duration) async throws {
        let bench = try await JobsBench.make()
        _ = try await bench.admin.query("select work.close_gate('broker', '1 hour', 'outage')")
        try await bench.enqueue(1)
        let gate = Gate("other", pool: bench.pool)
        let runs = Counter()
        var settings = Runner.Settings()
        settings.untilIdle = wait <= .zero
        let runner = Runner(
            pool: bench.pool,
            handlers: [
                Gated(
                    NoteHandler { _ in
                        guard runs.increment() == 1 else { return }
                        // The gate that another worker has closed stays closed.
                        try await Gate("broker", pool: bench.pool).close(for: wait, because: "429")
                        throw JobFailure.throttled("429", for: wait)
                    }, by: gate)
            ], settings: settings, version: JobsBench.version)
        let task = Task { try await runner.run() }
        if wait <= .zero {
            try await task.value
            #expect(try await bench.effects() == 1)
        } else {
            try await bench.eventually("it waits") {
                try await bench.count(
                    "select count(*) from work.job where state = 'waiting' and attempt = 0") == 1
            }
            task.cancel()
            try await task.value
        }
        #expect(
            try await bench.count(
                """
                select count(*) from work.gate
                where name = 'broker' and closed_until > clock_timestamp() + interval '50 min'
                """) == 1)
    }

    @Test("a payload that cannot be read is a permanent failure that says where")
    func refusesPayload() async throws {
        struct Request: Decodable { let number: Int }
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        try await bench.drain([NoteHandler { job in _ = try job.payload(as: Request.self) }])
        let error: String = try await bench.admin.query("select error from work.dead").value()
        #expect(error.contains("number"))
    }

    @Test("a result that cannot be stored leaves nothing, and others of its batch are stored")
    func isolatesResults() async throws {
        struct Refusing: JobHandler {
            let kind = "note"
            let bad: Int64
            func handle(_ job: Job) async throws -> Completion {
                Completion { connection in
                    _ = try await connection.query(
                        "insert into public.effect values (\(bind: job.id), 0)")
                    if job.id == bad { _ = try await connection.query("select 1 / 0") }
                }
            }
        }
        let bench = try await JobsBench.make()
        try await bench.enqueue(40)
        let bad: Int64 = try await bench.admin.query("select min(job_id) + 5 from work.job").value()
        try await bench.drain([Refusing(bad: bad)])
        #expect(try await bench.effects() == 39)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 1)
        let error: String = try await bench.admin.query("select error from work.dead").value()
        #expect(error == "division by zero (SQLSTATE 22012)")
    }

    @Test("a job whose lease was lost stores nothing and is done by whoever has it now")
    func isFenced() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        let runs = Counter()
        try await bench.drain([
            NoteHandler { _ in
                guard runs.increment() == 1 else { return }
                // As work.rescue does it.
                try await bench.admin.execute(
                    """
                    update work.job set state = 'ready', lease_token = lease_token + 1,
                        lease_until = null, worker_id = null, started_at = null
                    """)
            }
        ])
        #expect(runs.value == 2)
        #expect(try await bench.effects() == 1)
    }

    @Test("told to stop, it lets what runs end, takes no more and signs off")
    func stops() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(20)
        let started = Counter()
        let mayEnd = AsyncStream.makeStream(of: Void.self)
        var settings = Runner.Settings()
        settings.slots = 1
        let runner = Runner(
            pool: bench.pool,
            handlers: [
                NoteHandler { _ in
                    if started.increment() == 1 { for await _ in mayEnd.stream {} }
                }
            ], settings: settings, version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await bench.eventually("the first job starts") { started.value == 1 }
        task.cancel()
        mayEnd.continuation.finish()
        try await task.value
        #expect(started.value == 1)
        #expect(try await bench.effects() == 1)
        #expect(try await bench.count("select count(*) from work.job where state = 'ready'") == 19)
        #expect(try await bench.count("select count(*) from work.worker") == 0)
    }

    @Test("what does not end in time is cancelled and handed back without a spent attempt")
    func handsBack() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        let started = Counter()
        var settings = Runner.Settings()
        settings.stopLimit = .milliseconds(100)
        let runner = Runner(
            pool: bench.pool,
            handlers: [
                NoteHandler { _ in
                    started.increment()
                    try await Task.sleep(for: .seconds(600))
                }
            ], settings: settings, version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await bench.eventually("the job starts") { started.value == 1 }
        task.cancel()
        try await task.value
        let row = try await bench.admin.query("select state, attempt from work.job").only()
        #expect(try row.get("state", as: String.self) == "ready")
        #expect(try row.get("attempt", as: Int.self) == 0)
        #expect(try await bench.effects() == 0)
    }

    @Test("an idle worker is woken by the enqueue, without waiting for its next poll")
    func wakes() async throws {
        let bench = try await JobsBench.make()
        let runner = Runner(
            pool: bench.pool, handlers: [NoteHandler()], version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await bench.eventually("the worker is idle") {
            try await bench.count("select count(*) from work.worker where idle") == 1
        }
        // On the last rung of the ladder it polls once a second.
        try await Task.sleep(for: .seconds(2))
        for _ in 0..<10 {
            try await bench.enqueue(1)
            try await Task.sleep(for: .milliseconds(100))
        }
        try await bench.eventually("all are done") { try await bench.done() == 10 }
        let median: Double = try await bench.admin.query(
            "select percentile_cont(0.5) within group (order by wait_ms) from work.job_done"
        ).value()
        #expect(median < 100)
        task.cancel()
        try await task.value
    }

    @Test("it goes on after its row, its listener and all its connections are gone")
    func survivesServerTrouble() async throws {
        let bench = try await JobsBench.make()
        let runner = Runner(
            pool: bench.pool, handlers: [NoteHandler()], version: JobsBench.version)
        let task = Task { try await runner.run() }
        try await bench.enqueue(5)
        try await bench.eventually("the first are done") { try await bench.done() == 5 }
        try await bench.admin.execute(
            """
            delete from work.worker;
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
                where usename = 'bellwether_worker' and datname = current_database();
            """)
        try await bench.enqueue(5)
        try await bench.eventually("the others are done") { try await bench.done() == 10 }
        task.cancel()
        try await task.value
        #expect(try await bench.effects() == 10)
    }

    @Test("a kind with slots of its own runs that many at a time, others go on beside it")
    func hasLanes() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(10, kind: "send")
        try await bench.enqueue(50)
        let atOnce = Mutex((now: 0, most: 0))
        let sending = NoteHandler(kind: "send", slots: 2) { _ in
            atOnce.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            try await Task.sleep(for: .milliseconds(5))
            atOnce.withLock { $0.now -= 1 }
        }
        try await bench.drain([sending, NoteHandler()])
        #expect(atOnce.withLock { $0.most } <= 2)
        #expect(try await bench.effects() == 60)
    }

    @Test("a kind that the queue does not know stops the start with its name")
    func refusesUnknownKind() async throws {
        let bench = try await JobsBench.make()
        let error = try await #require(throws: PostgresError.self) {
            try await bench.drain([NoteHandler(kind: "juggle")])
        }
        #expect(error.sqlState == "BW201")
        #expect(error.message.contains("juggle"))
    }
}
