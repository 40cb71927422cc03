import Foundation
import Jobs
import Postgres
import Providers
import Store
import Trading

/// Asks the broker of one account what became of its open orders, and books it; before that the
/// exits that bars have triggered are placed.
struct MatchOrders: JobHandler {
    struct Request: Decodable {
        let accountID: Int64

        enum CodingKeys: String, CodingKey { case accountID = "account_id" }
    }

    /// Between two looks at the standing orders of a broker that is not ours.
    private static let pollPause = Duration.seconds(2)

    let kind = "match_orders"
    let pool: Pool
    let broker: SubmitOrder.Brokers

    func handle(_ job: Job) async throws -> Completion {
        let account = try job.payload(as: Request.self).accountID
        let open = try await pool.transaction(for: job.tenant) { connection in
            _ = try await Trade.watchExits(account: account, on: connection)
            return try await Trade.openOrders(account: account, on: connection)
        }
        let broker = try await broker(job.tenant, account)
        let atBroker = open.filter(\.status.isAtBroker)
        guard !atBroker.isEmpty else { return .nothing }
        guard let book = broker as? any BrokerBook else {
            var news: [OrderNews] = []
            for order in atBroker {
                // One that never arrived is for its submit_order job to send again.
                if let item = try await OrderNews.ask(order, broker) { news.append(item) }
            }
            let all = news
            return Completion { connection in try await OrderNews.record(all, on: connection) }
        }

        let since = try await pool.transaction(for: job.tenant) { connection in
            try await Trade.polledUntil(account: account, on: connection)
        }
        let poll = try await BrokerPoll.ask(atBroker, book, since: since)
        let payload = job.payload
        return Completion { connection in
            try await OrderNews.record(poll.news, on: connection)
            if let until = poll.until {
                try await Trade.setPolled(account: account, until: until, on: connection)
            }
            // Nobody tells us of another broker's fills: while orders stand there we ask again.
            let left = try await Trade.openOrders(account: account, on: connection)
            guard left.contains(where: \.status.isAtBroker) else { return }
            _ = try await Work.enqueue(
                kind: kind, payload: payload, tenant: job.tenant,
                delay: Self.pollPause, deduplicationKey: "poll \(account)", on: connection)
        }
    }
}
