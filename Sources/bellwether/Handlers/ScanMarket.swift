import Jobs
import Store

/// Starts the cycle of a scheduled scan: the database does the work.
struct ScanMarket: JobHandler {
    let kind = "scan_market"

    func handle(_ job: Job) async throws -> Completion {
        let scan = job.payload
        return Completion { connection in try await Agent.scanMarket(scan, on: connection) }
    }
}
