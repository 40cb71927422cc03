import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// A worker of the order drill in a process of its own, to be killed: see `OrderDrillTests`.
enum OrderDrillWorker {
    private static let databaseVariable = "BELLWETHER_TEST_DRILL_DATABASE"
    private static let brokerVariable = "BELLWETHER_TEST_DRILL_BROKER"
    private static let naiveVariable = "BELLWETHER_TEST_DRILL_NAIVE"
    private static let variables = ProcessInfo.processInfo.environment
    fileprivate static let url = variables[databaseVariable]

    /// What each cycle decides on.
    static let symbols = (1...30).map { "D" + ($0 < 10 ? "0" : "") + "\($0)" }

    /// Starts this executable again, with the one test that works.
    static func start(_ url: String, broker: String, isNaive: Bool) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [
            "--testing-library", "swift-testing", "--no-parallel", "--filter",
            "OrderDrillWorkerTests",
        ]
        process.environment = variables.merging([
            databaseVariable: url, brokerVariable: broker, naiveVariable: isNaive ? "yes" : "no",
        ]) { _, new in new }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Works until it is killed.
    fileprivate static func work(_ url: String) async throws {
        let base = try #require(variables[brokerVariable])
        let key = try #require(APIKey("drill"))
        let alpaca = AlpacaBroker(
            endpoint: try AlpacaEndpoint(base: base, keyID: key, secret: key), client: HTTPClient())
        let pool = JobsBench.pool(try ConnectionTarget(url))
        let brokers = AccountBrokers(pool: pool, alpaca: alpaca)
        var handlers: [any JobHandler] = [DecideAll(pool: pool)]
        if variables[naiveVariable] == "yes" {
            handlers.append(NaiveSubmit(pool: pool, broker: alpaca))
        } else {
            handlers += [
                SubmitOrder(pool: pool, broker: brokers.broker),
                MatchOrders(pool: pool, broker: brokers.broker), ReconcileAccount(brokers: brokers),
            ]
        }
        var settings = Runner.Settings()
        settings.slots = 4
        try await Runner(
            pool: pool, handlers: handlers, settings: settings, version: JobsBench.version
        ).run()
    }
}

/// Runs a cycle that buys one of each of its symbols: what `RunCycle` stores, without agents.
private struct DecideAll: JobHandler {
    let kind = "run_cycle"
    let pool: Pool

    func handle(_ job: Job) async throws -> Completion {
        let id = try job.payload(as: RunCycle.Request.self).cycleID
        let row = try await pool.transaction(for: job.tenant) { connection in
            try await Agent.startCycle(id, on: connection)
        }
        guard row.status == .running else { return .nothing }
        let decisions = try OrderDrillWorker.symbols.map {
            Decision(
                symbol: try Symbol($0), action: .execute, side: .buy, quantity: 2, confidence: 1.0,
                reason: "a drill")
        }
        return Completion { connection in
            _ = try await Agent.decide(cycle: id, decisions, on: connection)
            try await Agent.finishCycle(id, as: .done, on: connection)
        }
    }
}

/// How not to send orders: a fresh id for each try, and again when no answer came.
private struct NaiveSubmit: JobHandler {
    let kind = "submit_order"
    let pool: Pool
    let broker: AlpacaBroker

    func handle(_ job: Job) async throws -> Completion {
        let id = try job.payload(as: SubmitOrder.Request.self).orderID
        let order = try await pool.transaction(for: job.tenant) { connection in
            try await Trade.beginSubmit(order: id, on: connection)
        }
        guard let order else { return .nothing }
        let fresh = Order(
            id: order.id, accountID: order.accountID,
            clientOrderID: "naive-\(UUID().uuidString.lowercased())", symbol: order.symbol,
            side: order.side, quantity: order.quantity, status: .submitting,
            placedAt: order.placedAt)
        do {
            guard case .accepted(let brokerOrderID) = try await broker.submit(fresh) else {
                throw JobFailure.retry("not accepted")
            }
            return Completion { connection in
                try await Trade.recordSubmit(
                    order: id, .accepted(brokerOrderID: brokerOrderID), on: connection)
            }
        } catch let error as BrokerError {
            throw JobFailure.retry(error.description)
        }
    }
}

@Suite(
    .enabled(if: OrderDrillWorker.url != nil, "works for the order drill, in a process of its own"))
struct OrderDrillWorkerTests {
    @Test("a worker that the order drill starts")
    func works() async throws {
        try await OrderDrillWorker.work(try #require(OrderDrillWorker.url))
    }
}
