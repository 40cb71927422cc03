internal import Postgres

extension WorkerState.CommitFailure {
    init(_ error: any Error) {
        guard let postgres = error as? PostgresError else {
            self = .refused(JobFailure(error))
            return
        }
        // Class 53, no space or memory: nothing is wrong with the job.
        if postgres.sqlState?.hasPrefix("53") == true {
            self = .connection
            return
        }
        switch postgres.code {
        case .connection, .commitUnknown, .timeout, .closed: self = .connection
        default:
            self =
                postgres.isTransient
                ? .conflict(JobFailure(postgres)) : .refused(JobFailure(postgres))
        }
    }
}
