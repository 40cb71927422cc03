import Jobs
import Postgres
import Providers
import Store
import Trading

/// Asks the broker of one order to take it out of the market, and books what became of it.
struct CancelOrder: JobHandler {
    struct Request: Decodable {
        let orderID: Int64

        enum CodingKeys: String, CodingKey { case orderID = "order_id" }
    }

    let kind = "cancel_order"
    let pool: Pool
    let broker: SubmitOrder.Brokers

    func handle(_ job: Job) async throws -> Completion {
        let id = try job.payload(as: Request.self).orderID
        let order = try await pool.transaction(for: job.tenant) { connection in
            try await Trade.beginCancel(order: id, on: connection)
        }
        guard let order else { return .nothing }
        let broker = try await broker(job.tenant, order.accountID)
        let answer = try await broker.cancel(clientOrderID: order.clientOrderID)
        // A broker may take its time, and fill meanwhile: its order says how it ended.
        let news = try await OrderNews.ask(order, broker)
        if let news, news.end != nil || news.isFilled {
            return Completion { connection in
                try await OrderNews.record([news], on: connection)
                try await Trade.recordCancel(
                    order: id, outcome: news.isFilled ? "refused" : "canceled",
                    reason: news.isFilled ? "it was filled first" : nil, on: connection)
            }
        }
        switch answer {
        case .canceled:
            throw JobFailure.retry("the broker has not canceled it yet", after: .seconds(1))
        case .refused(let reason):
            return Completion { connection in
                try await Trade.recordCancel(
                    order: id, outcome: "refused", reason: reason, on: connection)
            }
        case .notFound:
            return Completion { connection in
                try await Trade.recordCancel(
                    order: id, outcome: "not_found", reason: nil, on: connection)
            }
        }
    }
}
