import Foundation
import Jobs
import Postgres
import Store

/// Computes the conditions of the market as a whole, and its regimes: the database does the work.
struct ComputeConditions: JobHandler {
    struct Request: Decodable, Equatable {
        let barInterval: String
        /// Nil: from the first session on.
        let from: Date?

        private enum CodingKeys: String, CodingKey {
            case barInterval = "bar_interval"
            case from
        }
    }

    let kind = "compute_conditions"
    let slots: Int? = 1
    let pool: Pool

    /// Commits on its own: it may run again, and then makes the same rows.
    func handle(_ job: Job) async throws -> Completion {
        let request: Request = try job.payload()
        _ = try await pool.transaction { connection in
            try await Market.computeConditions(
                interval: request.barInterval, from: request.from, on: connection)
        }
        return .nothing
    }
}
