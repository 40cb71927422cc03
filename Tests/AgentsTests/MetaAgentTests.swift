import Testing
import Trading

@testable import Agents

@Suite("Meta agent") struct MetaAgentTests {
    private func decide(
        _ view: MarketView, validated: Quantity = 100, confidence: Fraction = 0.6,
        side: Signal.Action = .buy, analyst: any Analyst = RulesAnalyst()
    ) async throws -> Decision {
        var item = ValidatorTests.item(view, approved: validated, side: side)
        item.validation = Validation(
            symbol: view.symbol, verdict: .validated, quantity: validated, confidence: confidence,
            reason: "validated")
        return try await MetaAgent(analyst: analyst, settings: AgentSettings()).decision(on: item)
            .value
    }

    @Test("executes what was validated and gives the whole chain of reasons")
    func executes() async throws {
        let decision = try await decide(try Views.view())
        #expect(decision.action == .execute)
        #expect(decision.side == .buy)
        #expect(decision.quantity == 100)
        #expect(decision.reason == "buy 100: signal | assessed | validated")
    }

    @Test("does not execute doubts or crumbs")
    func refuses() async throws {
        let doubt = try await decide(try Views.view(), confidence: 0.29)
        #expect(doubt.action == .doNotExecute)
        #expect(doubt.quantity == 0)
        #expect(doubt.reason.contains("below 30.0 %"))
        let crumb = try await decide(try Views.view(), validated: 4)
        #expect(crumb.action == .doNotExecute)
        #expect(crumb.reason.contains("fees"))
        #expect(try await decide(try Views.view(), validated: 5).action == .execute)
    }

    @Test("an entry counts as much as the record of those behind it, and says so")
    func weights() async throws {
        // The mean of 0.5, 1 and 0.5 by multiplication is 0.63.
        let weights = ["DataAgent": 0.5, "Validator": 0.5, "MetaAgent": 0.25]
        let view = try Views.view(weights: weights)
        let weighed = try await decide(view, confidence: 0.6)
        #expect(weighed.action == .execute)
        #expect(abs(weighed.confidence.value - 0.378) < 0.001)
        #expect(
            weighed.reason.hasSuffix(
                "weighed by the agents' record: DataAgent 0.50, Validator 0.50"))
        let muted = try await decide(view, confidence: 0.45)
        #expect(muted.action == .doNotExecute)
        #expect(muted.reason.contains("DataAgent 0.50"), "nobody is muted silently")
        let sure = try await decide(
            try Views.view(weights: ["DataAgent": 2, "RiskManager": 2, "Validator": 2]))
        #expect(sure.confidence == 1.0)
        let exit = try await decide(
            try Views.view(held: 1, weights: weights), validated: 1, confidence: 0.1, side: .sell)
        #expect(exit.action == .execute && exit.confidence == 0.1)
    }

    @Test("an exit is executed however small or doubtful")
    func exit() async throws {
        let decision = try await decide(
            try Views.view(held: 1), validated: 1, confidence: 0.1, side: .sell)
        #expect(decision.action == .execute)
        #expect(decision.side == .sell)
    }

    @Test("an answer beyond its bounds is not executed")
    func bounds() async throws {
        for quantity in [101, 0, -5] {
            let analyst = ScriptedAnalyst(
                quantity: Quantity(integerLiteral: quantity), confidence: 0.9)
            let decision = try await decide(try Views.view(), analyst: analyst)
            #expect(decision.action == .doNotExecute)
            #expect(decision.reason.contains("beyond its bounds"))
        }
    }

    @Test("exits go first, then the most confident, then by symbol")
    func order() throws {
        func decision(_ symbol: String, _ side: Side, _ confidence: Double) throws -> Decision {
            Decision(
                symbol: try Symbol(symbol), action: .execute, side: side, quantity: 1,
                confidence: Fraction(confidence), reason: "")
        }
        let agent = MetaAgent(analyst: RulesAnalyst(), settings: AgentSettings())
        let sorted = try [
            decision("B", .buy, 0.5), decision("D", .buy, 0.9), decision("A", .buy, 0.5),
            decision("C", .sell, 0.1),
        ].sorted(by: agent.goesFirst)
        #expect(sorted.map(\.symbol.text) == ["C", "D", "A", "B"])
    }
}
