import Jobs
import Store

/// Tells what the day brought, and settles what follows from it: the database does the work.
struct DailySummary: JobHandler {
    let kind = "daily_summary"

    func handle(_ job: Job) async throws -> Completion {
        let payload = job.payload
        return Completion { connection in try await Agent.closeDay(payload, on: connection) }
    }
}
