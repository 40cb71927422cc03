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
            select key, case jsonb_typeof(value) when 'string' then value #>> '{}'
                when 'number' then value #>> '{}' else jsonb_pretty(value) end as value
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

    package init(queue: String? = nil, kind: String? = nil, tenant: Int32? = nil) {
        self.queue = queue
        self.kind = kind
        self.tenant = tenant
    }

    init(_ row: Row) throws(PostgresError) {
        queue = try row.get("queue")
        kind = try row.get("kind")
        tenant = try row.get("tenant_id")
        reason = try row.get("reason")
    }

    /// For people: `kind run_cycle of tenant 3`.
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
