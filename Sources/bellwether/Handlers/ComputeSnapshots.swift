import Foundation
import Jobs
import Postgres
import Store

/// Computes the snapshots and outcomes of one instrument: the database does the work.
struct ComputeSnapshots: JobHandler {
    struct Request: Decodable, Equatable {
        let instrumentID: Int32
        let barInterval: String
        /// Nil: from the first bar on.
        let from: Date?

        private enum CodingKeys: String, CodingKey {
            case instrumentID = "instrument_id"
            case barInterval = "bar_interval"
            case from
        }
    }

    let kind = "compute_snapshots"
    /// The server computes on one core for each.
    let slots: Int? = 2
    let pool: Pool

    /// Commits on its own: it may run again, and then makes the same rows.
    func handle(_ job: Job) async throws -> Completion {
        let request: Request = try job.payload()
        _ = try await pool.transaction { connection in
            try await Market.computeSnapshots(
                instrument: request.instrumentID, interval: request.barInterval,
                from: request.from, on: connection)
        }
        return .nothing
    }
}
