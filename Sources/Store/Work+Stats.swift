package import FoundationEssentials
package import Postgres

extension Work {
    /// Depth, dead jobs and times of the last hour, by kind and tenant.
    package static func stats(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [WorkStats] {
        try await connection.query("select * from work.stats order by kind, tenant_id")
            .decoded(WorkStats.init)
    }

    /// The jobs that failed for good, newest first.
    package static func dead(
        limit: Int, on connection: isolated Connection
    ) async throws(PostgresError) -> [DeadJob] {
        try await connection.query(
            "select * from work.dead order by died_at desc, job_id desc limit \(bind: limit)"
        ).decoded(DeadJob.init)
    }

    /// Revives a dead job. Returns the id of the new one.
    ///
    /// - Throws: `.server` with BW207 if there is no such dead job.
    package static func requeueDead(
        job: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Int64 {
        try await connection.query("select work.requeue_dead(\(bind: job)::bigint)").value()
    }

    /// The workers that the queue knows.
    package static func workers(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [KnownWorker] {
        try await connection.query("select * from work.worker order by worker_id")
            .decoded(KnownWorker.init)
    }
}

/// One line of `work.stats`.
package struct WorkStats: Sendable, Equatable, Encodable {
    package let kind: String
    package let tenant: Int32
    package let ready: Int
    package let leased: Int
    package let waiting: Int
    package let dead: Int
    package let doneLastHour: Int
    /// Seconds since the oldest ready job could have started.
    package let oldestReadySeconds: Double?
    package let waitMsP50: Double?
    package let waitMsP99: Double?
    package let runMsP50: Double?
    package let runMsP99: Double?

    init(_ row: Row) throws(PostgresError) {
        kind = try row.get("kind")
        tenant = try row.get("tenant_id")
        ready = try row.get("ready")
        leased = try row.get("leased")
        waiting = try row.get("waiting")
        dead = try row.get("dead")
        doneLastHour = try row.get("done_last_hour")
        oldestReadySeconds = try row.get("oldest_ready_seconds")
        waitMsP50 = try row.get("wait_ms_p50")
        waitMsP99 = try row.get("wait_ms_p99")
        runMsP50 = try row.get("run_ms_p50")
        runMsP99 = try row.get("run_ms_p99")
    }
}

/// A job that failed for good.
package struct DeadJob: Sendable, Equatable, Encodable {
    package let job: Int64
    package let tenant: Int32
    package let kind: String
    package let attempt: Int
    package let reason: String
    package let error: String
    package let diedAt: Date

    init(_ row: Row) throws(PostgresError) {
        job = try row.get("job_id")
        tenant = try row.get("tenant_id")
        kind = try row.get("kind")
        attempt = try row.get("attempt")
        reason = try row.get("reason")
        error = try row.get("error")
        diedAt = try row.get("died_at")
    }
}

/// A worker and its last sign of life.
package struct KnownWorker: Sendable, Equatable, Encodable {
    package let worker: Int32
    package let host: String
    package let processID: Int32
    package let version: String
    package let kinds: [String]
    package let isIdle: Bool
    package let startedAt: Date
    package let heartbeatAt: Date

    init(_ row: Row) throws(PostgresError) {
        worker = try row.get("worker_id")
        host = try row.get("host")
        processID = try row.get("pid")
        version = try row.get("version")
        kinds = try row.get("kinds")
        isIdle = try row.get("idle")
        startedAt = try row.get("started_at")
        heartbeatAt = try row.get("heartbeat_at")
    }
}
