import Foundation
import Jobs
import Postgres
import Store

/// Does nothing but answer: shows that queue, worker and database work together, and how fast.
struct Probe: JobHandler {
    struct Request: Decodable {
        /// The channel that gets the answer; without one there is none.
        let answer: String?
    }

    let kind = "probe"

    func handle(_ job: Job) async throws -> Completion {
        // Nothing is asked for: nothing to read.
        if job.payload.text == "{}" { return .nothing }
        let startedAt = Date()
        guard let channel = try job.payload(as: Request.self).answer else { return .nothing }
        return Completion { connection in
            try await Work.answer(probe: job.id, startedAt, on: channel, on: connection)
        }
    }
}
