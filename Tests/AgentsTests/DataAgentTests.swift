import Testing
import Trading

@testable import Agents

@Suite("Data agent") struct DataAgentTests {
    @Test("holds without asking where there is nothing to judge")
    func nothingToJudge() async throws {
        let table: [(MarketView, String)] = [
            (try Views.view(close: nil, missing: "no bars before 2018"), "no bars before 2018"),
            (try Views.view(close: nil), "no snapshot"),
            (try Views.view(equity: nil), "no account"),
        ]
        for (view, words) in table {
            let signal = try await DataAgent(analyst: RulesAnalyst()).signal(from: view)
            #expect(signal.action == .hold)
            #expect(signal.reason.contains(words))
        }
    }

    @Test("an answer that cannot be meant is a hold that says so")
    func bounds() async throws {
        let table: [(ScriptedAnalyst, MarketView)] = [
            (ScriptedAnalyst(quantity: -5, confidence: 0.5), try Views.view()),
            (ScriptedAnalyst(quantity: 0, confidence: 0.5), try Views.view()),
            (ScriptedAnalyst(quantity: 5, confidence: Fraction(.nan)), try Views.view()),
            (ScriptedAnalyst(quantity: 5, confidence: 1.01), try Views.view()),
            (ScriptedAnalyst(symbol: "TSLA", quantity: 5, confidence: 0.5), try Views.view()),
            (ScriptedAnalyst(quantity: 1001, confidence: 0.5), try Views.view()),
            (
                ScriptedAnalyst(action: .sell, quantity: 5, confidence: 0.5),
                try Views.view(held: 4)
            ),
        ]
        for (analyst, view) in table {
            let signal = try await DataAgent(analyst: analyst).signal(from: view)
            #expect(signal.action == .hold)
            #expect(signal.symbol == view.symbol)
            #expect(signal.reason.contains("which is no signal"), "\(signal.reason)")
            #expect(signal.author.notes == [AgentNote(.answerRejected, signal.reason)])
        }
    }
}

/// Says what it is told to say.
struct ScriptedAnalyst: Analyst {
    let name = "scripted"
    let promptVersion: String? = "1"
    var symbol = "AAPL"
    var action = Signal.Action.buy
    let quantity: Quantity
    let confidence: Fraction

    func signal(from view: MarketView) async throws -> Judgment<Signal> {
        let signal = Signal(
            symbol: try Symbol(symbol), action: action, confidence: confidence, quantity: quantity,
            reason: "told", evidence: Evidence(view))
        return Judgment(signal, by: bystander)
    }

    func factors(of item: Case) async throws -> Judgment<[RiskFactor]> {
        Judgment([], by: bystander)
    }

    func validation(of item: Case) async throws -> Judgment<Validation> {
        let validation = Validation(
            symbol: try Symbol(symbol), verdict: .validated, quantity: quantity,
            confidence: confidence, reason: "told")
        return Judgment(validation, by: bystander)
    }

    func decision(on item: Case) async throws -> Judgment<Decision> {
        let decision = Decision(
            symbol: try Symbol(symbol), action: .execute, side: .buy, quantity: quantity,
            confidence: confidence, reason: "told")
        return Judgment(decision, by: bystander)
    }
}
