import Jobs
import Postgres
import Store
import Synchronization

/// Says what a worker does, and keeps count.
final class WorkerLog: Sendable {
    struct Counts: Equatable, Sendable {
        var done = 0
        var dead = 0
    }

    private let log: Log
    private let progress: LogProgress
    private let state = Mutex(Counts())

    init(log: Log, progress: LogProgress) {
        self.log = log
        self.progress = progress
    }

    var counts: Counts { state.withLock { $0 } }

    private func about(_ job: Job) -> Log { log.about(job: job.id, trace: job.trace) }

    /// Is called from any thread, and does not block.
    func observe(_ report: RunnerReport) {
        switch report {
        case .registered(let worker): log.info("worker \(worker) is ready")
        case .done(let job):
            state.withLock { $0.done += 1 }
            progress.advance()
            guard log.isEnabled(.debug) else { return }
            about(job).debug("done", ["kind": .text(job.kind)])
        case .failed(let job, let failure):
            about(job).warning(
                "failed: \(failure.reason)",
                [
                    "kind": .text(job.kind), "attempt": .number(job.attempt),
                    "of": .number(job.maximumAttempts),
                ])
        case .rejected(let job, .dead, let trace):
            state.withLock { $0.dead += 1 }
            log.about(job: job, trace: trace).error("dead: see 'bellwether jobs dead'")
        case .rejected(let job, let outcome, let trace):
            log.about(job: job, trace: trace).debug(
                "given back", ["outcome": .text(outcome.rawValue)])
        case .leaseLost(let job):
            about(job).warning("lost its lease", ["kind": .text(job.kind)])
        case .gaveUp(let job):
            about(job).warning("could not be given back", ["kind": .text(job.kind)])
        case .rescued(let jobs): log.warning("put \(jobs) jobs of lost workers back")
        case .databaseTrouble(let error): log.warning("\(error.description)")
        case .stopping(let running): log.info("stopping, \(running) jobs run")
        case .stopped(let handedBack): log.info("stopped, \(handedBack) jobs handed back")
        }
    }
}
