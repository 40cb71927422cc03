import Jobs
import Postgres
import Providers
import Store
import Trading

/// Asks the broker of one account what became of its open orders, and books it.
struct MatchOrders: JobHandler {
    struct Request: Decodable {
        let accountID: Int64

        enum CodingKeys: String, CodingKey { case accountID = "account_id" }
    }

    let kind = "match_orders"
    let pool: Pool
    let broker: SubmitOrder.Brokers

    func handle(_ job: Job) async throws -> Completion {
        let account = try job.payload(as: Request.self).accountID
        let open = try await pool.transaction(for: job.tenant) { connection in
            try await Trade.openOrders(account: account, on: connection)
        }
        let broker = broker(job.tenant, account)
        var news: [OrderNews] = []
        for order in open where order.status.isAtBroker {
            // One that never arrived is for its submit_order job to send again.
            if let item = try await OrderNews.ask(order, broker) { news.append(item) }
        }
        let all = news
        guard !all.isEmpty else { return .nothing }
        return Completion { connection in try await OrderNews.record(all, on: connection) }
    }
}
