package import FoundationEssentials
package import Postgres

extension Work {
    /// Enqueues a job that answers on a channel when it is done.
    package static func enqueueProbe(
        answeringOn channel: String, on connection: isolated Connection
    ) async throws(PostgresError) -> Int64 {
        try await connection.query(
            """
            select work.enqueue(
                'probe', jsonb_build_object('answer', \(bind: channel)::text))
            """
        ).value()
    }

    /// Answers a probe, when the transaction commits.
    package static func answer(
        probe job: Int64, _ startedAt: Date, on channel: String,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        let answer = ProbeAnswer(job: job, startedAt: startedAt)
        _ = try await connection.query(
            "select pg_notify(\(bind: channel), \(bind: answer.text))")
    }
}

/// Which probe was done, and when a worker began it by that worker's clock.
package struct ProbeAnswer: Sendable, Equatable {
    package let job: Int64
    package let startedAt: Date

    package init(job: Int64, startedAt: Date) {
        self.job = job
        self.startedAt = startedAt
    }

    /// `12 1767225600.000125`: the job and seconds since 1970.
    package var text: String { "\(job) \(startedAt.timeIntervalSince1970)" }

    /// Nil for a text that no probe answered.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let job = Int64(parts[0]), let seconds = Double(parts[1]) else {
            return nil
        }
        self.init(job: job, startedAt: Date(timeIntervalSince1970: seconds))
    }
}
