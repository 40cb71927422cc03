import Jobs
import Store

/// Starts the event cycle of one sudden move: the database does the work.
struct MarketMove: JobHandler {
    let kind = "market_move"

    func handle(_ job: Job) async throws -> Completion {
        let move = job.payload
        return Completion { connection in try await Agent.handleMove(move, on: connection) }
    }
}
