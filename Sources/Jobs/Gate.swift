internal import FoundationEssentials
package import Postgres
internal import Store

/// The gate of a provider: its rate and its closing are in the database, so all workers share them.
package struct Gate: Sendable {
    package let name: String
    private let pool: Pool
    /// A wait up to this is waited here; for a longer one the job goes back to the queue.
    private let patience: Duration

    package init(_ name: String, pool: Pool, patience: Duration = .milliseconds(500)) {
        self.name = name
        self.pool = pool
        self.patience = patience
    }

    /// Returns when a call of the provider may be made.
    ///
    /// - Throws: `JobFailure.throttled` if that is not soon: it spends no attempt.
    package func pass(tokens: Int = 1) async throws {
        var waited = Duration.zero
        while let wait = try await take(tokens) {
            waited += wait
            guard waited <= patience else {
                throw JobFailure.throttled(
                    "the gate of \(name) lets nothing through for \(wait)", for: wait)
            }
            try await Task.sleep(for: wait)
        }
    }

    private func take(_ tokens: Int) async throws -> Duration? {
        try await pool.withConnection { connection in
            try await Work.take(gate: name, tokens: tokens, on: connection)
        }
    }

    /// What is asked for by mistake must end some time: the queue's own limit.
    private static let longest = Duration.seconds(30 * 86_400)

    /// Nobody calls the provider for that time: it said so (429, Retry-After), or does not answer.
    ///
    /// No time at all closes nothing, and does not open what others have closed.
    package func close(for time: Duration, because reason: String) async throws {
        guard time > .zero else { return }
        let time = min(time, Self.longest)
        try await pool.withConnection { connection in
            try await Work.closeGate(name, for: time, reason: reason, on: connection)
        }
    }
}

/// A handler that passes a provider's gate before each job, and closes it for all workers when the
/// provider asks to come back later.
///
///     Gated(EmbedDocument(...), by: Gate("openai", pool: pool))
package struct Gated<Handler: JobHandler>: JobHandler {
    private let handler: Handler
    private let gate: Gate

    package var kind: String { handler.kind }
    package var slots: Int? { handler.slots }

    package init(_ handler: Handler, by gate: Gate) {
        self.handler = handler
        self.gate = gate
    }

    package func handle(_ job: Job) async throws -> Completion {
        try await gate.pass()
        do {
            return try await handler.handle(job)
        } catch {
            guard case .throttled(let reason, let wait) = error as? JobFailure else { throw error }
            try await gate.close(for: wait, because: reason)
            throw error
        }
    }
}
