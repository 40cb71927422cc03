import Providers
import Testing
import Trading

@testable import Agents

@Suite("Strategies in cycles") struct StrategySignalTests {
    private func rules(
        enters: Bool = false, leaves: Bool = false, missing: String? = nil
    ) -> StrategyView {
        StrategyView(
            strategyID: 7, name: "trend", kind: .rules, enters: enters, leaves: leaves,
            missing: missing)
    }

    @Test("a strategy of rules speaks in place of the analyst")
    func rules() async throws {
        // A falling market, badly remembered: rules-v1 would not buy.
        let table: [(StrategyView, Quantity, Signal.Action, String)] = [
            (rules(enters: true), 0, .buy, "trend enters; "),
            (rules(enters: true), 5, .hold, "it is held"),
            (rules(leaves: true), 5, .sell, "trend leaves"),
            (rules(leaves: true), 0, .hold, "neither enters nor leaves"),
            (rules(), 5, .hold, "neither enters nor leaves"),
            (rules(enters: true, missing: "it has no document"), 0, .hold, "it has no document"),
        ]
        for (strategy, held, action, words) in table {
            let view = try Views.view(
                "AAPL", Views.falling, patterns: Views.bad, held: held, strategy: strategy)
            let signal = try await DataAgent(analyst: RulesAnalyst()).signal(from: view)
            #expect(signal.action == action)
            #expect(signal.reason.contains(words), "\(signal.reason)")
            #expect(signal.author.name == "strategy:trend")
        }
    }

    private static let prompt = PromptVersion(label: "reader@1", body: "LONG, SHORT or HOLD?")
    private let spoken = StrategyView(
        strategyID: 8, name: "reader", kind: .llm, prompt: "reader",
        patternPrompt: "- after 5 bars: rose in 60 %")

    private func signal(
        _ answer: String, held: Quantity = 0
    ) async throws -> (Judgment<Signal>, ScriptedModel) {
        let model = ScriptedModel("m", saying: answer)
        let analyst = ModelAnalyst(
            prompts: ModelAnalystTests.prompts, strategyPrompt: Self.prompt,
            desk: MemoryDesk("local/m"), cycle: "c"
        ) { _, _ in model }
        let view = try Views.view(held: held, strategy: spoken)
        return (try await DataAgent(analyst: analyst).signal(from: view), model)
    }

    private func says(_ position: String) -> String {
        #"{"symbol": "AAPL", "position": "\#(position)", "confidence": 0.8, "reason": "it said"}"#
    }

    @Test("a strategy of a model: LONG buys what is not held, SHORT sells what is, HOLD holds")
    func positions() async throws {
        let table: [(String, Quantity, Signal.Action, Quantity)] = [
            ("LONG", 0, .buy, 125), ("LONG", 5, .hold, 0), ("SHORT", 5, .sell, 5),
            ("SHORT", 0, .hold, 0), ("HOLD", 5, .hold, 0),
        ]
        for (word, held, action, quantity) in table {
            let (signal, model) = try await signal(says(word), held: held)
            #expect(signal.action == action && signal.quantity == quantity, "\(word)")
            #expect(signal.reason.hasPrefix(word))
            #expect(signal.author.promptVersion == "reader@1")
            let asked = try #require(model.requests.first)
            #expect(asked.system == "LONG, SHORT or HOLD?")
            #expect(asked.messages.first?.text.contains("rose in 60 %") == true)
        }
    }

    @Test(
        "whatever is ambiguous is HOLD, and an event says why",
        arguments: ["LONG or SHORT", "long", "", "BUY"])
    func ambiguous(word: String) async throws {
        let (signal, _) = try await signal(says(word))
        #expect(signal.action == .hold && signal.quantity == 0)
        #expect(signal.author.notes.map(\.kind) == [.answerRejected])
        let (prose, _) = try await self.signal("I would go \(word), perhaps.")
        #expect(prose.action == .hold && prose.author.notes.count == 1)
    }

    @Test("without a model it holds: rules do not speak for a prompt")
    func noModel() async throws {
        let view = try Views.view(strategy: spoken)
        let signal = try await DataAgent(analyst: RulesAnalyst()).signal(from: view)
        #expect(signal.action == .hold && signal.reason.contains("language model"))
    }
}
