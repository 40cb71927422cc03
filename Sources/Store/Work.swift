package import FoundationEssentials
package import Postgres

/// The queue: schema `work`.
package enum Work {
    /// Puts a job into the queue, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - runAt: Not before; by the database's clock, so take it from there.
    ///   - delay: Not before so much time has passed, if no `runAt` is given.
    ///   - deduplicationKey: While a job of this tenant and kind with this key lives, no other is
    ///     made.
    /// - Returns: Its id, or the id of the living job with the same key.
    package static func enqueue(
        kind: String, payload: JSON = JSON(text: "{}"), tenant: Int32 = 0, priority: Int32 = 100,
        runAt: Date? = nil, delay: Duration? = nil, deduplicationKey: String? = nil,
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int64 {
        try await connection.query(
            """
            select work.enqueue(
                \(bind: kind), \(bind: payload), \(bind: tenant), \(bind: priority),
                coalesce(\(bind: runAt), clock_timestamp() + \(bind: delay)),
                \(bind: deduplicationKey))
            """
        ).value()
    }

    /// Makes this process known. Returns the worker's id.
    package static func registerWorker(
        host: String, processID: Int32, version: String, kinds: [String],
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int32 {
        try await connection.query(
            """
            select work.register_worker(
                \(bind: host), \(bind: processID), \(bind: version), \(bind: kinds))
            """
        ).value()
    }

    /// Those of the kinds whose jobs act on the outside: a claim brings one of them at most.
    package static func actingKinds(
        among kinds: [String], on connection: isolated Connection
    ) async throws(PostgresError) -> [String] {
        try await connection.query(
            "select name from work.kind where side_effects and name = any(\(bind: kinds))"
        ).decoded { (row) throws(PostgresError) in try row.get("name", as: String.self) }
    }

    /// Says that the worker lives. False if the queue has forgotten it: register again.
    package static func heartbeat(
        worker: Int32, within limit: Duration? = nil, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select work.heartbeat(\(bind: worker))", within: limit).value()
    }

    /// Says whether a NOTIFY would be of use to the worker.
    package static func setIdle(
        worker: Int32, _ isIdle: Bool, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select work.set_idle(\(bind: worker), \(bind: isIdle))")
    }

    /// Takes the worker off the list and hands back what it holds. Returns how many jobs that were.
    package static func unregisterWorker(
        worker: Int32, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select work.unregister_worker(\(bind: worker))").value()
    }

    /// Leases up to `maximum` jobs that are due; of those with side effects at most one.
    ///
    /// Call it outside a transaction: its commit need not wait for the disk, unless a job with side
    /// effects was leased.
    package static func claim(
        worker: Int32, kinds: [String], maximum: Int, within limit: Duration? = nil,
        on connection: isolated Connection
    ) async throws(PostgresError) -> [LeasedJob] {
        try await connection.query(
            """
            select job_id, lease_token, kind, tenant_id, payload, attempt, max_attempts,
                enqueued_at, trace_id
            from work.claim(\(bind: worker), \(bind: kinds), \(bind: maximum))
            """, within: limit
        ).decoded(LeasedJob.init)
    }

    /// Marks jobs as done. Returns the ids of those whose lease still stood; the others are lost.
    package static func acknowledge(
        worker: Int32, _ leases: [Lease], on connection: isolated Connection
    ) async throws(PostgresError) -> Set<Int64> {
        let ids: [Int64] = try await connection.query(acknowledgement(worker, leases)).value()
        return Set(ids)
    }

    /// The same in a transaction of its own, in one round trip.
    package static func acknowledge(
        worker: Int32, _ leases: [Lease], by pool: Pool
    ) async throws -> Set<Int64> {
        let answers = try await pool.pipeline([acknowledgement(worker, leases)])
        let ids: [Int64] = try answers[0].value()
        return Set(ids)
    }

    private static func acknowledgement(_ worker: Int32, _ leases: [Lease]) -> SQL {
        """
        select work.ack(
            \(bind: worker), \(bind: leases.map(\.job)), \(bind: leases.map(\.token)))
        """
    }

    /// Gives a job back: to be tried again, or for good.
    ///
    /// - Parameter retryAfter: The wait before the next attempt, which is not counted then; nil for
    ///   the kind's backoff.
    package static func reject(
        worker: Int32, _ lease: Lease, error: String, retryAfter: Duration? = nil,
        isPermanent: Bool = false, on connection: isolated Connection
    ) async throws(PostgresError) -> Rejection {
        let outcome: String = try await connection.query(
            """
            select work.nack(
                \(bind: worker), \(bind: lease.job), \(bind: lease.token), \(bind: error),
                \(bind: retryAfter), \(bind: isPermanent))
            """
        ).value()
        guard let rejection = Rejection(rawValue: outcome) else {
            throw PostgresError(.decoding, "work.nack answered \(outcome)")
        }
        return rejection
    }

    /// Hands back what the worker holds without knowing it. Returns how many jobs that were.
    ///
    /// - Parameter known: All it does know of; no claim of the worker may be under way.
    package static func handBack(
        worker: Int32, except known: [Lease], within limit: Duration? = nil,
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            select work.hand_back(
                \(bind: worker), \(bind: known.map(\.job)), \(bind: known.map(\.token)))
            """, within: limit
        ).value()
    }

    /// Prolongs leases. Returns the ids of those that still stood.
    package static func extend(
        worker: Int32, _ leases: [Lease], on connection: isolated Connection
    ) async throws(PostgresError) -> Set<Int64> {
        let ids: [Int64] = try await connection.query(
            """
            select work.extend(
                \(bind: worker), \(bind: leases.map(\.job)), \(bind: leases.map(\.token)))
            """
        ).value()
        return Set(ids)
    }

    /// Frees the jobs of dead workers and of leases that ran out. Returns how many.
    package static func rescue(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select work.rescue()").value()
    }

    /// Enqueues the jobs of all schedules whose time has come. Returns how many.
    package static func scheduleTick(
        within limit: Duration? = nil, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select work.schedule_tick()", within: limit).value()
    }

    /// Whether nothing of these kinds is ready, leased or waiting for a retry; nil for all kinds.
    package static func isIdle(
        kinds: [String]? = nil, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select work.is_idle(\(bind: kinds))").value()
    }

    /// The channel on which a NOTIFY says that there may be work.
    package static let channel = "work"
}

/// The right to answer for a job: void once somebody else has it.
package struct Lease: Sendable, Hashable {
    package let job: Int64
    package let token: Int64

    package init(job: Int64, token: Int64) {
        self.job = job
        self.token = token
    }

    @inlinable package static func == (one: Lease, other: Lease) -> Bool {
        one.job == other.job && one.token == other.token
    }

    /// Two leases of one job are hardly ever held at once.
    @inlinable package func hash(into hasher: inout Hasher) {
        hasher.combine(job)
    }
}

/// A job that this worker has.
package struct LeasedJob: Sendable, Hashable {
    package let lease: Lease
    package let kind: String
    package let tenant: Int32
    package let payload: JSON
    /// The number of this attempt, from 1.
    package let attempt: Int
    package let maximumAttempts: Int
    package let enqueuedAt: Date
    /// Of the request that caused it.
    package let trace: UUID?

    package init(
        lease: Lease, kind: String, tenant: Int32, payload: JSON, attempt: Int,
        maximumAttempts: Int, enqueuedAt: Date, trace: UUID? = nil
    ) {
        self.lease = lease
        self.kind = kind
        self.tenant = tenant
        self.payload = payload
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.enqueuedAt = enqueuedAt
        self.trace = trace
    }

    /// The columns in the order of the claim: thousands come each second.
    init(_ row: Row) throws(PostgresError) {
        lease = Lease(job: try row.get(0), token: try row.get(1))
        kind = try row.get(2)
        tenant = try row.get(3)
        payload = try row.get(4)
        attempt = try row.get(5)
        maximumAttempts = try row.get(6)
        enqueuedAt = try row.get(7)
        trace = try row.get(8)
    }
}

/// What became of a job that was given back.
package enum Rejection: String, Sendable {
    case retry, dead, lost
}
