import Agents
import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// Brokers and language models on the loopback that ask to be left alone, and gates without tokens:
/// no job fails for that, and no worker asks before the time.
@Suite("The gate of a provider", .requiresDatabase, .scratchDatabase)
struct ProviderGateTests {
    // MARK: - A broker

    private func alpaca(_ desk: Desk, _ fake: FakeServer) throws -> SubmitOrder.Brokers {
        let endpoint = try AlpacaEndpoint(
            base: fake.base, keyID: try #require(APIKey("k")), secret: try #require(APIKey("s")))
        return AccountBrokers(
            pool: desk.worker, alpaca: AlpacaBroker(endpoint: endpoint, client: HTTPClient())
        ).broker
    }

    private func deskAtAlpaca() async throws -> (Desk, String) {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder("AAPL", 10)
        _ = try await desk.query("update trade.account set broker = 'alpaca'")
        return (desk, #"{"order_id": \#(order)}"#)
    }

    /// How many orders came since the last question.
    private func posts(_ fake: FakeServer) throws -> Int {
        try fake.requests().filter { $0.method == "POST" }.count
    }

    /// How a handler fails, as the runner sees it.
    private func failure(_ body: () async throws -> Void) async -> JobFailure? {
        do {
            try await body()
            return nil
        } catch {
            return JobFailure(error)
        }
    }

    private func openGate(_ name: String, _ desk: Desk) async throws {
        _ = try await desk.query("select work.close_gate(\(bind: name), '0', 'the test goes on')")
    }

    @Test("is closed by a broker's 429 for as long as it says, for every worker")
    func brokerAsks() async throws {
        let fake = try FakeServer("alpaca_broker")
        let (desk, payload) = try await deskAtAlpaca()
        let first = SubmitOrder(pool: desk.worker, broker: try alpaca(desk, fake))
        try fake.script(
            #"{"match": "client_order_id", "fault": "status", "status": 429, "#
                + #""headers": {"Retry-After": "120"}}"#)
        let told = await failure { try await desk.run(first, payload) }
        #expect(told?.throttle == .seconds(120))
        #expect(try posts(fake) == 1)

        // Another worker, which has never heard of it.
        let second = SubmitOrder(pool: desk.worker, broker: try alpaca(desk, fake))
        let held = await failure { try await desk.run(second, payload, attempt: 20) }
        let wait = try #require(held?.throttle)
        #expect(wait > .seconds(60) && wait <= .seconds(120))
        #expect(try fake.requests().isEmpty, "nothing was sent")

        try await openGate("alpaca", desk)
        try await desk.run(second, payload, attempt: 20)
        let status: String = try await desk.query("select status from trade.orders").value()
        #expect(status == "acked")
        let book = try JSONValue(parsing: try fake.ask(#"{"book": true}"#))
        #expect(book.object?.members.count == 1)
        #expect(try await desk.audit() == [])
        await desk.close()
    }

    @Test("without a token holds the request back")
    func brokerWithoutTokens() async throws {
        let fake = try FakeServer("alpaca_broker")
        let (desk, payload) = try await deskAtAlpaca()
        _ = try await desk.query(
            "select work.set_limit('provider', 'alpaca', rate => 0.01, burst => 1)")
        let handler = SubmitOrder(pool: desk.worker, broker: try alpaca(desk, fake))
        let held = await failure { try await desk.run(handler, payload) }
        #expect(try #require(held?.throttle) > .seconds(60))
        #expect(try fake.requests().allSatisfy { $0.method == "GET" }, "no order was sent")
        await desk.close()
    }

    // MARK: - A language model

    private func deskWithModel(fallback: Bool) async throws -> Desk {
        let desk = try await Desk.open()
        for (name, value) in [
            ("routing_only", #"["local"]"#), ("rules_fallback", "\(fallback)"),
            ("model_retries", "3"),
        ] {
            let json = JSON(text: value)
            _ = try await desk.query("select tenant.set_setting(\(bind: name), \(bind: json))")
        }
        return desk
    }

    private func cycles(_ desk: Desk, _ fake: FakeServer) -> RunCycle {
        let models = ModelDirectory([.local: ModelEndpoint(.local, base: fake.base + "/v1")])
        return RunCycle(
            pool: desk.worker, analysts: CycleAnalysts(pool: desk.worker, models: models).analyst)
    }

    private static let tooMany =
        #"{"fault": "status", "status": 429, "headers": {"Retry-After": "30"}}"#

    @Test(
        "is closed by a model's 429, and the cycle comes back then, at no attempt",
        arguments: [true, false])
    func modelAsks(fallback: Bool) async throws {
        let fake = try FakeServer("models")
        let desk = try await deskWithModel(fallback: fallback)
        try fake.script(Self.tooMany)
        let cycle = try await desk.newCycle(["AAPL"])
        let payload = #"{"cycle_id": \#(cycle)}"#
        // The last attempt: it is none.
        let told = await failure {
            try await desk.run(cycles(desk, fake), payload, attempt: 5)
        }
        #expect(told?.throttle == .seconds(30))
        #expect(try fake.requests().count == 1)
        let held = await failure {
            try await desk.run(cycles(desk, fake), payload, attempt: 5)
        }
        let wait = try #require(held?.throttle)
        #expect(wait > .zero && wait <= .seconds(30))
        #expect(try fake.requests().isEmpty, "nobody asks before the time")
        let status: String = try await desk.query("select status from agent.cycle").value()
        #expect(status == "running")
        await desk.close()
    }

    @Test("that stays closed leaves an old cycle to the rules, if the tenant allows")
    func oldCycle() async throws {
        let fake = try FakeServer("models")
        let desk = try await deskWithModel(fallback: true)
        let cycle = try await desk.newCycle(["AAPL"])
        _ = try await desk.query(
            "update agent.cycle set created_at = created_at - interval '1 hour'")
        _ = try await desk.query("select work.close_gate('local', '20 seconds', '429')")
        try await desk.run(cycles(desk, fake), #"{"cycle_id": \#(cycle)}"#)
        let model: String = try await desk.query(
            "select distinct model from agent.step"
        ).value()
        #expect(model == "rules-v1")
        #expect(try fake.requests().isEmpty)
        await desk.close()
    }

    // MARK: - The queue

    @Test("spends no attempt of a job whose handler meets it")
    func noAttempt() async throws {
        let fake = try FakeServer("alpaca_broker")
        let (desk, _) = try await deskAtAlpaca()
        _ = try await desk.query("select work.close_gate('alpaca', '1 hour', 'an outage')")
        var settings = Runner.Settings()
        settings.untilIdle = false
        let reports = AsyncStream.makeStream(of: RunnerReport.self)
        let runner = Runner(
            pool: desk.worker,
            handlers: [SubmitOrder(pool: desk.worker, broker: try alpaca(desk, fake))],
            settings: settings, version: "test", observe: { reports.continuation.yield($0) })
        let work = Task { try await runner.run() }
        for await report in reports.stream {
            if case .rejected(_, let outcome, _) = report {
                #expect(outcome == .retry)
                break
            }
        }
        work.cancel()
        try await work.value
        let row = try await desk.query(
            """
            select state, attempt, run_at > clock_timestamp() + interval '50 minutes' as waits
            from work.job where kind = 'submit_order'
            """
        ).only()
        #expect(try row.get("state", as: String.self) == "waiting")
        #expect(try row.get("attempt", as: Int.self) == 0)
        #expect(try row.get("waits", as: Bool.self))
        #expect(try fake.requests().isEmpty)
        await desk.close()
    }
}
