import Foundation
import Jobs
import Postgres
import Store
import Support
import Synchronization
import Testing

/// What the tests of the worker share: kinds of jobs, a ledger of effects, workers as their login.
struct JobsBench: Sendable {
    let admin: Connection
    let pool: Pool
    let workerURL: String

    static let version = "test"

    /// In the scratch database of the running test.
    static func make() async throws -> JobsBench {
        let database = try ScratchDatabase.require()
        return try await make(
            admin: database.admin, workerURL: database.url(as: "bellwether_worker"))
    }

    static func make(admin: ConnectionTarget, workerURL: String) async throws -> JobsBench {
        let admin = try await Connection.connect(admin)
        try await admin.execute(
            """
            insert into work.kind (name, description, max_attempts, backoff_base, side_effects)
            values ('note', 'Test.', 3, '1 millisecond', false),
                ('send', 'Test.', 3, '1 millisecond', true);
            create table public.effect (job_id bigint not null, tenant_id integer not null);
            grant select, insert on public.effect to bellwether_worker;
            """)
        return JobsBench(
            admin: admin, pool: pool(try ConnectionTarget(workerURL)), workerURL: workerURL)
    }

    static func pool(_ target: ConnectionTarget) -> Pool {
        var settings = Pool.Settings()
        settings.maximum = 6
        return Pool(target, settings: settings)
    }

    func enqueue(_ count: Int, kind: String = "note", tenant: Int32 = 0) async throws {
        _ = try await admin.pipeline(
            (0..<count).map { _ in
                "select work.enqueue(\(bind: kind), '{}', \(bind: tenant))"
            })
    }

    func count(_ sql: SQL) async throws -> Int {
        try await admin.query(sql).value()
    }

    func effects() async throws -> Int { try await count("select count(*) from effect") }
    func done() async throws -> Int { try await count("select count(*) from work.job_done") }
    func living() async throws -> Int { try await count("select count(*) from work.job") }
    /// Jobs whose record of being done says that they were started more than once.
    func startedAgain() async throws -> Int {
        try await count("select count(*) from work.job_done where attempt > 1")
    }

    func dead() async throws -> Int { try await count("select count(*) from work.dead") }

    /// How many jobs have more than one effect.
    func doubled() async throws -> Int {
        try await count(
            "select count(*) from (select from effect group by job_id having count(*) > 1) as twice"
        )
    }

    /// How many of the jobs have no effect.
    func lost(_ jobs: [Int64]) async throws -> Int {
        try await count(
            """
            select count(*) from unnest(\(bind: jobs)::bigint[]) as id
            where not exists (select from effect where job_id = id)
            """)
    }

    /// Enqueues one by one, through whatever happens. Returns the ids that were acknowledged.
    static func load(_ target: ConnectionTarget) -> Task<[Int64], Never> {
        Task {
            var acknowledged: [Int64] = []
            var connection: Connection?
            while !Task.isCancelled {
                do {
                    let open: Connection
                    if let connection {
                        open = connection
                    } else {
                        open = try await Connection.connect(target)
                        connection = open
                    }
                    // Not in this task: a cancelled statement may have been committed or not.
                    let id = try await Task {
                        try await open.query("select work.enqueue('note')").value(as: Int64.self)
                    }.value
                    acknowledged.append(id)
                } catch {
                    await connection?.close()
                    connection = nil
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            await connection?.close()
            return acknowledged
        }
    }

    /// A worker that ends when nothing is left to do.
    func drain(_ handlers: [any JobHandler], slots: Int = 8) async throws {
        var settings = Runner.Settings()
        settings.untilIdle = true
        settings.slots = slots
        try await Runner(
            pool: pool, handlers: handlers, settings: settings, version: Self.version
        ).run()
    }

    /// Waits for something that another task brings about.
    func eventually(
        _ what: String, within limit: Duration = .seconds(20),
        _ condition: @Sendable () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("not within \(limit): \(what)")
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Writes the effect of each job to the ledger.
struct NoteHandler: JobHandler {
    var kind = "note"
    var slots: Int?
    /// What happens before the effect.
    var work: @Sendable (Job) async throws -> Void = { _ in }

    func handle(_ job: Job) async throws -> Completion {
        try await work(job)
        return Completion { connection in
            _ = try await connection.query(
                "insert into public.effect values (\(bind: job.id), public.current_tenant())")
        }
    }
}

/// A number that several tasks count up.
final class Counter: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }
}
