package import FoundationEssentials
package import Postgres
package import Store

/// What a worker tells whoever started it: for logs and metrics.
package enum RunnerReport: Sendable {
    case registered(worker: Int32)
    case done(Job)
    /// The handler failed, or its result could not be stored.
    case failed(Job, JobFailure)
    /// What the queue made of a job that was given back.
    case rejected(job: Int64, Rejection, trace: UUID?)
    /// Somebody else has the job: this worker was too slow or cut off. Its result is not stored.
    case leaseLost(Job)
    /// A job could not even be given back; the queue takes it when its lease ends.
    case gaveUp(Job)
    /// Jobs of dead workers, or with leases that ran out, were put back.
    case rescued(jobs: Int)
    case databaseTrouble(PostgresError)
    case stopping(running: Int)
    case stopped(handedBack: Int)

    init(_ report: WorkerState.Report) {
        self =
            switch report {
            case .leaseLost(let job): .leaseLost(Job(job))
            case .gaveUp(let job): .gaveUp(Job(job))
            case .stopping(let running): .stopping(running: running)
            }
    }
}
