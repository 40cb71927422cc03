import Testing
import Trading

@testable import Agents

@Suite("Risk manager") struct RiskManagerTests {
    private func assess(
        _ view: MarketView, _ check: OrderCheck = OrderCheck(isAllowed: true), wish: Quantity = 100,
        side: Signal.Action = .buy, portfolio: Portfolio = Portfolio(),
        analyst: any Analyst = RulesAnalyst()
    ) async throws -> RiskAssessment {
        var item = Case(view: view, portfolio: portfolio)
        item.signal = Signal(
            symbol: view.symbol, action: side, confidence: 0.6, quantity: wish, reason: "",
            evidence: Evidence(view))
        item.check = check
        return try await RiskManager(analyst: analyst).assessment(of: item)
            .value
    }

    /// A limit that leaves this much where it cuts.
    private func limit(_ most: Quantity?, clamped: Quantity? = nil) -> OrderCheck {
        OrderCheck(
            isAllowed: false, reasonCode: "POSITION_LIMIT",
            reason: "20 % of equity in one position",
            maxQuantity: most, price: 100, clampedQuantity: clamped)
    }

    @Test("approves what is within the limits and calm")
    func approved() async throws {
        let assessment = try await assess(try Views.view())
        #expect(assessment.verdict == .approved)
        #expect(assessment.quantity == 100)
        #expect(assessment.factors.count == 5)
        #expect(assessment.factors.allSatisfy { $0.verdict == .fine })
    }

    @Test("a hard limit speaks first: the analyst is not asked")
    func hardFirst() async throws {
        let assessment = try await assess(
            try Views.view(), limit(0), analyst: SilentAnalyst())
        #expect(assessment.verdict == .refused)
        #expect(assessment.quantity == 0)
        #expect(assessment.factors.isEmpty)
        #expect(assessment.reason == "POSITION_LIMIT: 20 % of equity in one position")
    }

    @Test("a wish is cut to what fits, and the cut recorded; cutting twice changes nothing")
    func clamp() async throws {
        let first = try await assess(try Views.view(), limit(60, clamped: 60))
        #expect(first.quantity == 60)
        #expect(
            first.clamp == RiskAssessment.Clamp(before: 100, after: 60, limit: "POSITION_LIMIT"))
        #expect(first.reason == "POSITION_LIMIT cuts 100 to 60")
        let second = try await assess(try Views.view(), wish: first.quantity)
        #expect(second.quantity == first.quantity)
        #expect(second.clamp == nil)
    }

    @Test("where limits reject, nothing is cut and nobody is asked", arguments: [99, 60, 1, 0])
    func reject(most: Int) async throws {
        let assessment = try await assess(
            try Views.view(), limit(Quantity(integerLiteral: most)), analyst: SilentAnalyst())
        #expect(assessment.verdict == .refused)
        #expect(assessment.clamp == nil)
    }

    @Test("an exit is not judged soft")
    func exit() async throws {
        let assessment = try await assess(
            try Views.view(held: 30, date: nil), wish: 30, side: .sell, analyst: SilentAnalyst())
        #expect(assessment.verdict == .approved)
        #expect(assessment.quantity == 30)
    }

    @Test("each factor has its bounds")
    func factors() async throws {
        let table: [(String, MarketView, RiskFactor.Verdict)] = [
            ("volatility", try Views.view("AAPL", [SnapshotField.volRatio: 1.4]), .fine),
            ("volatility", try Views.view("AAPL", [SnapshotField.volRatio: 1.5]), .caution),
            ("volatility", try Views.view("AAPL", [SnapshotField.volRatio: 2.5]), .refuse),
            ("volatility", try Views.view("AAPL", [SnapshotField.volRatio: nil]), .caution),
            ("drawdown", try Views.view("AAPL", [SnapshotField.drawdown252: -0.21]), .fine),
            ("drawdown", try Views.view("AAPL", [SnapshotField.drawdown252: -0.23]), .caution),
            ("split", try Views.view(split: true), .refuse),
            ("staleness", try Views.view(asOf: "2018-02-09"), .fine),
            ("staleness", try Views.view(asOf: "2018-02-10"), .refuse),
            ("staleness", try Views.view("BTC-USD", asOf: "2018-02-06"), .fine),
            ("staleness", try Views.view("BTC-USD", asOf: "2018-02-07"), .refuse),
            ("staleness", try Views.view(date: nil), .refuse),
            ("correlation", try Views.view("AAPL", [SnapshotField.correlation60: nil]), .caution),
        ]
        for (name, view, verdict) in table {
            let factors = try await RulesAnalyst().factors(of: Case(view: view)).value
            #expect(factors.first { $0.name == name }?.verdict == verdict, "\(name)")
        }
    }

    @Test("each caution halves the quantity, a refusal ends it")
    func cautions() async throws {
        let nervous: [String: Double?] = [SnapshotField.volRatio: 1.6]
        let low: [String: Double?] = [SnapshotField.drawdown252: -0.5]
        let both = nervous.merging(low) { $1 }
        #expect(try await assess(try Views.view("AAPL", nervous)).quantity == 50)
        #expect(try await assess(try Views.view("AAPL", both)).quantity == 25)
        #expect(try await assess(try Views.view("AAPL", both), wish: 3).verdict == .refused)
        #expect(try await assess(try Views.view("AAPL", both, split: true)).verdict == .refused)
    }

    @Test("what moves together counts together")
    func correlation() async throws {
        let held = try ["META", "GOOG", "NFLX"].map {
            try Views.view($0, [SnapshotField.correlation60: 0.8], held: 300)
        }
        let portfolio = Portfolio(views: held + [try Views.view("BTC-USD", held: 500)])
        let view = try Views.view("AAPL", [SnapshotField.correlation60: 0.8])
        // Three times 30 % of equity, each correlated 0.8 * 0.8; the coin has another benchmark.
        let exposure = try #require(portfolio.exposure(alongside: view))
        #expect(abs(exposure - 3 * 0.3 * 0.64) < 1e-12)
        #expect(try await assess(view, portfolio: portfolio).quantity == 50)
        // A symbol does not count against itself.
        #expect(Portfolio(views: [held[0]]).exposure(alongside: held[0]) == 0)
    }
}

/// Must never be asked.
private struct SilentAnalyst: Analyst {
    struct Asked: Error {}
    let name = "silent"
    let promptVersion: String? = nil
    func signal(from view: MarketView) async throws -> Judgment<Signal> { throw Asked() }
    func factors(of item: Case) async throws -> Judgment<[RiskFactor]> { throw Asked() }
    func validation(of item: Case) async throws -> Judgment<Validation> { throw Asked() }
    func decision(on item: Case) async throws -> Judgment<Decision> { throw Asked() }
}
