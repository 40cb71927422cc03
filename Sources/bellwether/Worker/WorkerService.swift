import Jobs
import Postgres
import Store

/// Runs a worker as long as the database has the schema that this program knows, and pauses
/// otherwise: claims nothing, says so, looks again.
struct WorkerService: Sendable {
    let pool: Pool
    let handlers: [any JobHandler]
    let live: LiveWorker
    let log: Log
    let workerLog: WorkerLog
    /// Who started the program, if it wants to know.
    var manager: ServiceManager?
    /// What must be in the database before any job is done.
    let prepare: @Sendable (isolated Connection) async throws -> Void
    /// How often the schema is looked at.
    var lookPause = Duration.seconds(5)

    /// Works until cancelled, or until nothing is left to do if the settings say so.
    func run() async throws {
        do {
            while !Task.isCancelled {
                try await waitForSchema()
                try await pool.withConnection(prepare)
                if try await work() { return }
            }
        } catch is CancellationError {
            // Cancelled while it was paused: nothing is held.
        } catch let error as PostgresError where error.code == .cancelled {
            // The same, in the middle of a look at the schema.
        }
    }

    /// Whether the work has ended; false if the schema has changed under it, or it was cancelled.
    private func work() async throws -> Bool {
        let runner = live.begin { settings in
            Runner(
                pool: pool, handlers: handlers, settings: settings, version: Version.program,
                observe: { observe($0) })
        }
        defer { live.end() }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await runner.run()
                return true
            }
            group.addTask {
                await waitForOtherSchema()
                return false
            }
            let hasEnded = try await group.next() ?? true
            group.cancelAll()
            // The runner hands back what it holds before another one begins.
            try await group.waitForAll()
            return hasEnded
        }
    }

    private func observe(_ report: RunnerReport) {
        workerLog.observe(report)
        if case .registered(let worker) = report {
            manager?.tell(.ready, .status("worker \(worker) is ready"))
        }
    }

    /// Returns when the schema is another one, or when cancelled.
    private func waitForOtherSchema() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: lookPause)
                if try await state() != .known { return }
            } catch is CancellationError {
                return
            } catch {
                // Whether the database is there is the runner's concern.
                log.debug("the schema could not be looked at: \(error)")
            }
        }
    }

    private func waitForSchema() async throws {
        var last: SchemaState?
        while true {
            do {
                let state = try await state()
                guard let failure = state.failure else {
                    if last != nil { log.info("the schema is \(Version.schema): working again") }
                    return
                }
                if live.settings.untilIdle { throw failure }
                if state != last {
                    log.warning("paused: \(failure.description)")
                    // It is up, and does what it should: nothing.
                    manager?.tell(.ready, .status("paused: \(failure.description)"))
                }
                last = state
            } catch let error as PostgresError where error.isTransient {
                log.warning("paused: \(error.description)")
            }
            try await Task.sleep(for: lookPause)
        }
    }

    private func state() async throws -> SchemaState {
        try await pool.withConnection { connection in
            try await SchemaState.read(on: connection)
        }
    }
}
