import Foundation
import Jobs
import Postgres
import Providers
import Store
import Trading

/// Sends one order to its broker, exactly once in effect.
///
/// The row says `submitting` durably before the first byte leaves; what is not clear afterwards is
/// `unknown` and is asked for before it is sent again (see `BrokerSubmission`).
struct SubmitOrder: JobHandler {
    struct Request: Decodable {
        let orderID: Int64

        enum CodingKeys: String, CodingKey { case orderID = "order_id" }
    }

    /// Who trades for an account.
    typealias Brokers = @Sendable (_ tenant: Int32, _ account: Int64) async throws -> any Broker

    let kind = "submit_order"
    let pool: Pool
    let broker: Brokers
    var haltFile = HaltFile()

    func handle(_ job: Job) async throws -> Completion {
        let id = try job.payload(as: Request.self).orderID
        guard let order = try await begin(id, job) else { return .nothing }
        let broker = try await broker(job.tenant, order.accountID)

        FaultPoint.reach(.beforePost)
        let conclusion = await BrokerSubmission.run(order, at: broker, unless: haltFile.reason)
        FaultPoint.reach(.afterPost)

        switch conclusion {
        case .accepted(let brokerOrderID):
            // The trigger order_ready then lets match_orders ask for fills.
            return Completion { connection in
                try await Trade.recordSubmit(
                    order: id, .accepted(brokerOrderID: brokerOrderID), on: connection)
            }
        case .rejected(let reason):
            return Completion { connection in
                try await Trade.recordSubmit(order: id, .rejected(reason: reason), on: connection)
            }
        case .unsent(let reason):
            let halted = haltFile.reason()
            return Completion { connection in
                if let halted { try await Risk.haltByFile(halted, on: connection) }
                try await Trade.recordClose(
                    order: id, as: .canceled, reason: reason, on: connection)
            }
        case .unknown(let reason):
            try await recordUnknown(id, reason, job)
            throw JobFailure.retry(reason)
        case .throttled(let reason, let wait):
            try await recordUnknown(id, reason, job)
            throw JobFailure.throttled(reason, for: wait)
        }
    }

    private func recordUnknown(_ id: Int64, _ reason: String, _ job: Job) async throws {
        try await pool.transaction(for: job.tenant) { connection in
            try await Trade.recordSubmit(order: id, .unknown(reason: reason), on: connection)
        }
    }

    /// - Throws: `JobFailure.permanent` if there is no such order.
    private func begin(_ id: Int64, _ job: Job) async throws -> Order? {
        do {
            return try await pool.transaction(for: job.tenant) { connection in
                try await Trade.beginSubmit(order: id, on: connection)
            }
        } catch let error as PostgresError where error.sqlState == Trade.unknownOrder {
            throw JobFailure.permanent(error.description)
        }
    }
}

extension FaultPoint {
    /// The order's row says that it is about to be sent; nothing has left.
    static let beforePost = FaultPoint("before_post")
    /// The broker has answered, or has not; nothing of it is stored.
    static let afterPost = FaultPoint("after_post")
}
