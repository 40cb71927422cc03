import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// Many jobs, several workers, and what disturbs them from the database's side.
@Suite("Many jobs", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(10)))
struct JobsStormTests {
    private static let jobs = TestServer.isLong ? 10_000 : 600

    /// Each connection enqueues one by one, as many clients do.
    private func storm(
        _ bench: JobsBench, _ count: Int = jobs, connections: Int = 8
    ) async throws {
        let target = bench.admin.target
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<connections {
                let share = count / connections + (number < count % connections ? 1 : 0)
                group.addTask {
                    let connection = try await Connection.connect(target)
                    for _ in 0..<share {
                        _ = try await connection.query("select work.enqueue('note')")
                    }
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
    }

    /// Runs workers beside `body`, then stops them when the queue is empty, and checks the ledger.
    private func withWorkers(
        _ count: Int, _ bench: JobsBench, _ body: () async throws -> Void
    ) async throws {
        let workers = (0..<count).map { _ in
            let runner = Runner(
                pool: JobsBench.pool(bench.pool.target), handlers: [NoteHandler()],
                version: JobsBench.version)
            return Task { try await runner.run() }
        }
        try await body()
        try await bench.eventually("the queue is empty", within: .seconds(120)) {
            try await bench.living() == 0
        }
        for worker in workers { worker.cancel() }
        for worker in workers { try await worker.value }
        #expect(try await bench.effects() == bench.done())
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 0)
        #expect(try await bench.startedAgain() == 0)
    }

    @Test("at once on many connections are done once each", arguments: [1, 2, 4])
    func storms(workers: Int) async throws {
        let bench = try await JobsBench.make()
        try await withWorkers(workers, bench) {
            try await storm(bench, connections: TestServer.isLong ? 32 : 8)
        }
        #expect(try await bench.effects() == Self.jobs)
    }

    @Test("thousands of NOTIFYs for nothing do nothing")
    func duplicateNotify() async throws {
        let bench = try await JobsBench.make()
        try await withWorkers(2, bench) {
            try await bench.enqueue(100)
            // Payloads that differ: equal ones of a transaction would be one.
            try await bench.admin.execute(
                """
                do $$ begin for i in 1..\(TestServer.isLong ? 10_000 : 2000) loop
                    perform pg_notify('work', i::text);
                end loop; end $$
                """)
            try await bench.enqueue(100)
        }
        #expect(try await bench.effects() == 200)
    }

    @Test("are found by polling when every NOTIFY is lost")
    func lostNotify() async throws {
        let bench = try await JobsBench.make()
        // Nobody is ever idle in the queue's eyes, so nobody is notified.
        try await bench.admin.execute(
            """
            create function public.never_idle() returns trigger language plpgsql
                as 'begin new.idle := false; return new; end';
            create trigger never_idle before insert or update on work.worker
                for each row execute function public.never_idle()
            """)
        try await withWorkers(2, bench) {
            for _ in 0..<5 {
                try await bench.enqueue(10)
                try await bench.eventually("the round is done") { try await bench.living() == 0 }
            }
        }
        #expect(try await bench.effects() == 50)
        #expect(
            try await bench.count("select value from work.counters where name = 'wake_ups_sent'")
                == 0)
    }

    @Test("are done once while the listeners are thrown out again and again")
    func lostListener() async throws {
        let bench = try await JobsBench.make()
        try await withWorkers(2, bench) {
            for _ in 0..<(TestServer.isLong ? 50 : 5) {
                try await bench.enqueue(20)
                _ = try await bench.admin.query(
                    """
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and query ilike 'listen%'
                    """)
            }
        }
        #expect(try await bench.effects() == (TestServer.isLong ? 1000 : 100))
    }

    @Test("are done once while a snapshot is held open")
    func heldSnapshot() async throws {
        let bench = try await JobsBench.make()
        let holder = try await Connection.connect(bench.admin.target)
        try await holder.execute(
            "begin isolation level repeatable read; select count(*) from work.job")
        try await withWorkers(2, bench) {
            for _ in 0..<3 { try await storm(bench, Self.jobs / 2) }
        }
        // What the holder sees is what was there: nothing.
        #expect(
            try await holder.query("select count(*) from work.job_done").value(as: Int.self) == 0)
        try await holder.execute("rollback")
        await holder.close()
        #expect(try await bench.effects() == 3 * (Self.jobs / 2))
    }

    @Test("of one tenant do not keep another one waiting")
    func isFair() async throws {
        let bench = try await JobsBench.make()
        _ = try await bench.admin.query(
            """
            select work.enqueue_many('note', array_fill('{}'::jsonb, array[\(bind: Self.jobs)::int]),
                array_fill(1, array[\(bind: Self.jobs)::int]))
            """)
        try await bench.enqueue(10, tenant: 2)
        try await withWorkers(2, bench) {}
        // The last of the ten is among the first: one of each tenant in turn.
        let place = try await bench.count(
            """
            select count(*) from work.job_done where started_at < (
                select max(started_at) from work.job_done where tenant_id = 2)
            """)
        #expect(place < Self.jobs / 4)
    }

    @Test("of one lane run one at a time and in order, whoever runs them")
    func hasLanes() async throws {
        let bench = try await JobsBench.make()
        try await withWorkers(2, bench) {
            _ = try await bench.admin.query(
                """
                select work.enqueue('note', lane => 'account ' || i % 3)
                from generate_series(1, 60) as i
                """)
        }
        let wrong = try await bench.count(
            """
            select count(*) from (
                select started_at < lag(finished_at) over (partition by lane order by job_id)
                    as is_early
                from work.job_done
            ) as run where is_early
            """)
        #expect(wrong == 0)
        #expect(try await bench.effects() == 60)
    }

    @Test("of a schedule are made once for each tick, with several workers")
    func ticks() async throws {
        let bench = try await JobsBench.make()
        _ = try await bench.admin.query(
            """
            select work.set_schedule(
                'drill', '* * * * *', 'note', catch_up => 'all', skip_if_running => false)
            """)
        // Five minutes ago it stood still.
        _ = try await bench.admin.query(
            """
            update work.schedule
            set next_at = date_trunc('minute', clock_timestamp()) - interval '4 minutes'
            """)
        let due = 5
        try await withWorkers(3, bench) {
            try await bench.eventually("the ticks are done") { try await bench.done() >= due }
        }
        // One more if a minute began meanwhile.
        #expect(try await [due, due + 1].contains(bench.effects()))
    }

    @Test("wait without a spent attempt while their provider's gate is closed")
    func gate() async throws {
        let bench = try await JobsBench.make()
        let gate = Gate("broker", pool: bench.pool, patience: .milliseconds(20))
        let calls = Counter()
        let handler = Gated(
            NoteHandler { _ in
                // The provider's answer to the first call: 429, Retry-After.
                if calls.increment() == 1 {
                    throw JobFailure.throttled("429", for: .milliseconds(400))
                }
            }, by: gate)
        try await bench.enqueue(20)
        try await bench.drain([handler], slots: 1)
        #expect(calls.value == 21)
        #expect(try await bench.effects() == 20)
        #expect(try await bench.startedAgain() == 0)
        #expect(
            try await bench.count("select count(*) from work.gate where closed_until is not null")
                == 1)
    }
}
