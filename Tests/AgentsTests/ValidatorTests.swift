import Testing
import Trading

@testable import Agents

@Suite("Validator") struct ValidatorTests {
    private func validate(
        _ view: MarketView, approved: Quantity = 100, side: Signal.Action = .buy,
        analyst: any Analyst = RulesAnalyst()
    ) async throws -> Validation {
        try await Validator(analyst: analyst).validation(
            of: Self.item(view, approved: approved, side: side)
        ).value
    }

    static func item(
        _ view: MarketView, approved: Quantity, side: Signal.Action = .buy
    ) -> Case {
        var item = Case(view: view)
        item.signal = Signal(
            symbol: view.symbol, action: side, confidence: 0.6, quantity: approved,
            reason: "signal",
            evidence: Evidence(view))
        item.assessment = RiskAssessment(
            symbol: view.symbol, verdict: .approved, quantity: approved,
            check: OrderCheck(isAllowed: true), reason: "assessed")
        return item
    }

    @Test("validates what other horizons do not contradict")
    func validated() async throws {
        let validation = try await validate(try Views.view())
        #expect(validation.verdict == .validated)
        #expect(validation.quantity == 100)
        #expect(validation.confidence == 0.6)
        #expect(validation.reason.contains("after 20 bars 70.0 % of 50 rose"))
    }

    @Test("refuses when even the best reading of the win rate is below the usual")
    func winRate() async throws {
        // Wilson's upper bound of 35 % of 30 trials is 52.9 %, of 40 % it is 57.7 %.
        let below = try await validate(try Views.view(patterns: [20: Views.alike(0.35)]))
        #expect(below.verdict == .refused)
        #expect(below.reason.contains("at best 52.9 %"), "\(below.reason)")
        let within = try await validate(try Views.view(patterns: [20: Views.alike(0.40)]))
        #expect(within.verdict == .validated)
    }

    @Test("refuses when similar snapshots lost in the middle and on average")
    func losses() async throws {
        let table: [(mean: Double, median: Double, verdict: Validation.Verdict)] = [
            (-0.01, -0.01, .refused), (-0.01, 0.01, .validated), (0.01, -0.01, .validated),
        ]
        for (mean, median, verdict) in table {
            let statistics = Views.alike(0.55, mean: mean, median: median)
            let validation = try await validate(try Views.view(patterns: [1: statistics]))
            #expect(validation.verdict == verdict)
        }
    }

    @Test("cuts the size so that a bad month costs two percent of equity")
    func tail() async throws {
        // 2 % of 100,000 over a loss of 25 % of 100 a unit.
        let view = try Views.view(patterns: [20: Views.alike(0.6, p05: -0.25)])
        let validation = try await validate(view)
        #expect(validation.quantity == 80)
        #expect(validation.reason.contains("cut from 100 to 80"))
        #expect(try await validate(view, approved: 80).quantity == 80)
    }

    @Test("refuses when even one unit would risk too much")
    func tailOfOne() async throws {
        let view = try Views.view(
            patterns: [20: Views.alike(0.6, p05: -0.25)], close: 2_000, equity: 10_000)
        let validation = try await validate(view, approved: 1)
        #expect(validation.verdict == .refused)
        #expect(validation.reason.contains("even one unit"))
    }

    @Test("not enough history halves the confidence and teaches nothing else")
    func unknown() async throws {
        for patterns in [Views.unknown, [:]] {
            let validation = try await validate(try Views.view(patterns: patterns))
            #expect(validation.verdict == .validated)
            #expect(validation.quantity == 100)
            #expect(validation.confidence == 0.3)
        }
    }

    @Test("warns of closed trades like it that failed; where most did, half the confidence is left")
    func failures() async throws {
        let failure = SimilarSetups.Failure(
            symbol: try Symbol("TSLA"), openedAt: "2018-01-05T21:00:00+00:00", similarity: 0.934,
            returnFraction: -0.042)
        for (failed, confidence) in [(3, 0.3), (2, 0.6)] {
            let setups = SimilarSetups(
                n: 4, failed: failed, meanReturn: -0.01, failures: [failure])
            let answer = try await Validator(analyst: RulesAnalyst()).validation(
                of: Self.item(try Views.view(setups: setups), approved: 100))
            #expect(answer.verdict == .validated && answer.quantity == 100)
            #expect(answer.confidence == Fraction(confidence))
            let words =
                "\(failed) of 4 closed trades opened in a state like this lost; the nearest, "
                + "TSLA of 2018-01-05 (similarity 0.93), -4.2 %"
            #expect(answer.reason.hasPrefix("warning: \(words)"), "\(answer.reason)")
            #expect(answer.author.notes == [AgentNote(.similarFailures, words)])
        }
        let none = SimilarSetups(n: 4, failed: 0, meanReturn: 0.02, failures: [])
        let fine = try await Validator(analyst: RulesAnalyst()).validation(
            of: Self.item(try Views.view(setups: none), approved: 100))
        #expect(fine.author.notes.isEmpty && !fine.reason.contains("warning"))
    }

    @Test("an exit needs no second opinion")
    func exit() async throws {
        let validation = try await validate(try Views.view(patterns: Views.bad), side: .sell)
        #expect(validation.verdict == .validated)
        #expect(validation.quantity == 100)
    }

    @Test("an answer beyond its bounds is refused")
    func bounds() async throws {
        for (quantity, confidence) in [(101, 0.5), (-5, 0.5), (10, 1.5), (10, Double.nan)] {
            let analyst = ScriptedAnalyst(
                quantity: Quantity(integerLiteral: quantity), confidence: Fraction(confidence))
            let validation = try await validate(try Views.view(), analyst: analyst)
            #expect(validation.verdict == .refused)
            #expect(validation.quantity == 0)
        }
    }
}
