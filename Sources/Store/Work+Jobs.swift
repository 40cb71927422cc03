package import FoundationEssentials
package import Postgres

// What an operator looks at and does by hand.

extension Work {
    /// Jobs that live or are dead, newest first; nil leaves a condition out.
    package static func jobs(
        kind: String? = nil, state: String? = nil, tenant: Int32? = nil, limit: Int,
        on connection: isolated Connection
    ) async throws(PostgresError) -> [ListedJob] {
        try await connection.query(
            """
            select * from work.jobs
            where (\(bind: kind)::text is null or kind = \(bind: kind))
                and (\(bind: state)::text is null or state = \(bind: state))
                and (\(bind: tenant)::integer is null or tenant_id = \(bind: tenant))
            order by job_id desc limit \(bind: limit)
            """
        ).decoded(ListedJob.init)
    }

    /// All that is known of a job; nil if there is none.
    package static func job(
        _ job: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> JSON? {
        try await connection.query("select work.show(\(bind: job))").value()
    }

    /// The same as names and values, in a fixed order.
    package static func fields(
        ofJob job: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> [(name: String, value: String)] {
        try await connection.query(
            """
            select key, case
                when jsonb_typeof(value) in ('string', 'number') then value #>> '{}'
                when value in ('[]', '{}') then value::text
                else jsonb_pretty(value) end as value
            from jsonb_each(work.show(\(bind: job))) order by key
            """
        ).decoded { (row) throws(PostgresError) in
            (try row.get("key", as: String.self), try row.get("value", as: String.self))
        }
    }

    /// Moves jobs to the dead ones; one that runs loses its lease. Returns how many.
    package static func cancel(
        jobs: [Int64], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select work.cancel(\(bind: jobs))").value()
    }

    /// Lets jobs that wait start now. Returns how many.
    package static func retry(
        jobs: [Int64], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select work.retry(\(bind: jobs))").value()
    }

    /// Revives all dead jobs of a kind, a tenant, or both. Returns how many.
    package static func requeueDead(
        kind: String?, tenant: Int32?, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            select work.requeue_dead(
                kind => \(bind: kind)::text, tenant_id => \(bind: tenant)::integer)
            """
        ).value()
    }

    /// Lets nothing new start of what all that is given has in common. False if it is paused.
    package static func pause(
        _ what: PausedWork, reason: String?, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            """
            select work.pause(
                \(bind: what.queue), \(bind: what.kind), \(bind: what.tenant), \(bind: reason))
            """
        ).value()
    }

    /// Takes back a pause of the same. False if there was none.
    package static func resume(
        _ what: PausedWork, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            "select work.resume(\(bind: what.queue), \(bind: what.kind), \(bind: what.tenant))"
        ).value()
    }

    /// What is paused.
    package static func paused(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [PausedWork] {
        try await connection.query("select * from work.paused order by since").decoded(
            PausedWork.init)
    }

    /// Depth now, and rate and times of what was done in the last period, by kind.
    package static func top(
        over period: Duration, on connection: isolated Connection
    ) async throws(PostgresError) -> [TopLine] {
        try await connection.query("select * from work.top(\(bind: period))").decoded(TopLine.init)
    }

    /// What the queue has counted: wake-ups, retries, rescues, lost leases.
    package static func counters(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [String: Int] {
        let rows = try await connection.query("select name, value from work.counters")
        var counters: [String: Int] = [:]
        for row in rows { counters[try row.get("name", as: String.self)] = try row.get("value") }
        return counters
    }
}

extension Work {
    /// The names of all kinds of jobs.
    package static func kindNames(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [String] {
        try await connection.query("select name from work.kind order by name").decoded {
            (row) throws(PostgresError) in try row.get("name", as: String.self)
        }
    }

    /// What has become of a job; nil if there is none, or it was done long ago.
    package static func fate(
        ofJob job: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> JobFate? {
        try await connection.query(
            """
            select s ->> 'state' as state, s ->> 'reason' as reason,
                (s ->> 'worker_id')::integer as worker,
                (s ->> 'finished_at')::timestamptz as finished_at,
                array(select jsonb_array_elements_text(s -> 'waits_for'))::bigint[] as waits_for
            from work.show(\(bind: job)) as s where s is not null
            """
        ).decoded(JobFate.init).first
    }

    /// How many jobs each worker runs; those that run none are left out.
    package static func held(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [Int32: Int] {
        let rows = try await connection.query(
            """
            select worker_id, count(*) as jobs from work.jobs where state = 'leased'
            group by worker_id
            """)
        var held: [Int32: Int] = [:]
        for row in rows { held[try row.get("worker_id")] = try row.get("jobs", as: Int.self) }
        return held
    }

    /// The queue's clock.
    package static func now(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Date {
        try await connection.query("select clock_timestamp()").value()
    }
}

/// What has become of a job.
package struct JobFate: Sendable, Equatable {
    /// ready, leased, waiting, blocked, dead or done.
    package let state: String
    /// Why it is dead.
    package let reason: String?
    package let worker: Int32?
    package let finishedAt: Date?
    /// The jobs that it comes after and that live.
    package let waitsFor: [Int64]

    init(_ row: Row) throws(PostgresError) {
        state = try row.get("state")
        reason = try row.get("reason")
        worker = try row.get("worker")
        finishedAt = try row.get("finished_at")
        waitsFor = try row.get("waits_for")
    }
}

/// One line of `work.jobs`.
package struct ListedJob: Sendable, Equatable, Encodable {
    package let job: Int64
    package let tenant: Int32
    package let kind: String
    package let state: String
    package let attempt: Int
    package let maximumAttempts: Int
    package let runAt: Date
    package let enqueuedAt: Date
    package let lane: String?
    package let error: String?

    init(_ row: Row) throws(PostgresError) {
        job = try row.get("job_id")
        tenant = try row.get("tenant_id")
        kind = try row.get("kind")
        state = try row.get("state")
        attempt = try row.get("attempt")
        maximumAttempts = try row.get("max_attempts")
        runAt = try row.get("run_at")
        enqueuedAt = try row.get("enqueued_at")
        lane = try row.get("lane")
        error = try row.get("error")
    }
}

/// A queue, a kind, a tenant, or what they have in common; nil means any.
package struct PausedWork: Sendable, Equatable, Encodable {
    package var queue: String?
    package var kind: String?
    package var tenant: Int32?
    package var reason: String?

    package init(
        queue: String? = nil, kind: String? = nil, tenant: Int32? = nil, reason: String? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.tenant = tenant
        self.reason = reason
    }

    init(_ row: Row) throws(PostgresError) {
        queue = try row.get("queue")
        kind = try row.get("kind")
        tenant = try row.get("tenant_id")
        reason = try row.get("reason")
    }

    /// Whether some of what the other names may be held by this.
    package func mayHold(_ other: PausedWork) -> Bool {
        func meets<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool {
            left == nil || right == nil || left == right
        }
        return meets(queue, other.queue) && meets(kind, other.kind) && meets(tenant, other.tenant)
    }

    /// For people: `kind run_cycle, tenant 3`.
    package var text: String {
        var parts: [String] = []
        if let queue { parts.append("queue \(queue)") }
        if let kind { parts.append("kind \(kind)") }
        if let tenant { parts.append("tenant \(tenant)") }
        return parts.isEmpty ? "everything" : parts.joined(separator: ", ")
    }
}

/// One line of `work.top`.
package struct TopLine: Sendable, Equatable, Encodable {
    package let kind: String
    package let ready: Int
    package let leased: Int
    package let waiting: Int
    package let blocked: Int
    package let dead: Int
    package let done: Int
    package let perSecond: Double
    package let oldestReadySeconds: Double?
    package let waitMsP50: Double?
    package let waitMsP99: Double?
    package let runMsP50: Double?
    package let runMsP99: Double?

    package init(
        kind: String, ready: Int, leased: Int, waiting: Int, blocked: Int, dead: Int, done: Int,
        perSecond: Double, oldestReadySeconds: Double?, waitMsP50: Double?, waitMsP99: Double?,
        runMsP50: Double?, runMsP99: Double?
    ) {
        self.kind = kind
        self.ready = ready
        self.leased = leased
        self.waiting = waiting
        self.blocked = blocked
        self.dead = dead
        self.done = done
        self.perSecond = perSecond
        self.oldestReadySeconds = oldestReadySeconds
        self.waitMsP50 = waitMsP50
        self.waitMsP99 = waitMsP99
        self.runMsP50 = runMsP50
        self.runMsP99 = runMsP99
    }

    init(_ row: Row) throws(PostgresError) {
        kind = try row.get("kind")
        ready = try row.get("ready")
        leased = try row.get("leased")
        waiting = try row.get("waiting")
        blocked = try row.get("blocked")
        dead = try row.get("dead")
        done = try row.get("done")
        perSecond = try row.get("per_second")
        oldestReadySeconds = try row.get("oldest_ready_seconds")
        waitMsP50 = try row.get("wait_ms_p50")
        waitMsP99 = try row.get("wait_ms_p99")
        runMsP50 = try row.get("run_ms_p50")
        runMsP99 = try row.get("run_ms_p99")
    }
}
