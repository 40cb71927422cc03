import Providers
import Synchronization
import Testing
import Trading

@testable import Agents

@Suite("Cycle with models") struct ModelCycleTests {
    /// Answers each step's question well, and counts.
    private static func model(_ changes: [Step: String] = [:]) -> ScriptedModel {
        ScriptedModel("m") { request, _ in
            let step = Step.allCases.first { request.system == "You are \($0.rawValue)." }
            let text =
                step.flatMap { changes[$0] }
                ?? {
                    switch step {
                    case .dataAgent: ModelAnalystTests.buy
                    case .riskManager:
                        #"{"symbol": "AAPL", "factors": [{"name": "news", "verdict": "caution", "reason": "few"}]}"#
                    case .validator:
                        #"{"symbol": "AAPL", "verdict": "validated", "share": 0.5, "confidence": 0.6, "reason": "alike"}"#
                    case .metaAgent, nil:
                        #"{"symbol": "AAPL", "action": "EXECUTE", "share": 1, "reason": "all agree"}"#
                    }
                }()
            return ModelAnswer(
                text: text, usage: TokenUsage(prompt: 100, completion: 10), model: "m")
        }
    }

    private func run(
        _ journal: MemoryJournal, _ model: ScriptedModel, _ desk: MemoryDesk = MemoryDesk("local/m")
    ) async throws -> [Decision] {
        try await Cycle(analyst: ModelAnalystTests.analyst(desk, model), journal: journal).run()
    }

    private func verdicts(_ journal: MemoryJournal) async throws -> [String] {
        func verdict<Output: StepOutput>(_ step: Step, _: Output.Type) async throws -> String {
            try await journal.recorded(step, as: Output.self).first?.verdict ?? "none"
        }
        return [
            try await verdict(.dataAgent, Signal.self),
            try await verdict(.riskManager, RiskAssessment.self),
            try await verdict(.validator, Validation.self),
            try await verdict(.metaAgent, Decision.self),
        ]
    }

    @Test("each agent's model is asked once, and each has its say")
    func whole() async throws {
        let journal = MemoryJournal([try Views.view()])
        let model = Self.model()
        let decision = try #require(try await run(journal, model).first)
        // 25, halved for the caution, half of it validated.
        #expect(decision.action == .execute && decision.quantity == 6)
        #expect(model.requests.count == 4)
        let rows = try await journal.recorded(.metaAgent, as: Decision.self)
        #expect(rows.first?.model == "m" && rows.first?.cost == 2)
        #expect(rows.first?.promptVersion == "system:MetaAgent@1")
    }

    @Test("a hard limit skips the model; so does what the figures alone refuse")
    func hardFirst() async throws {
        let model = Self.model()
        let limited = MemoryJournal([try Views.view()]) { _ in
            OrderCheck(isAllowed: false, reasonCode: "CASH", reason: "no cash", maxQuantity: 0)
        }
        #expect(try await run(limited, model) == [])
        #expect(model.requests.count == 1)
        let rows = try await limited.recorded(.riskManager, as: RiskAssessment.self)
        #expect(rows.first?.model == "none" && rows.first?.cost == nil)

        let panic = MemoryJournal([try Views.view("AAPL", [SnapshotField.volRatio: 3])])
        #expect(try await run(panic, Self.model(), MemoryDesk("local/m")) == [])
        #expect(try await verdicts(panic) == ["buy", "refused", "skipped", "skipped"])
    }

    @Test(
        "a bad answer in any step ends in no order",
        arguments: [
            (Step.dataAgent, #"{"symbol": "AAPL"}"#, ["hold", "skipped", "skipped", "skipped"]),
            (.riskManager, "fine!", ["buy", "refused", "skipped", "skipped"]),
            (
                .riskManager, #"{"symbol": "TSLA", "factors": []}"#,
                ["buy", "refused", "skipped", "skipped"]
            ),
            (
                .validator,
                #"{"symbol": "AAPL", "verdict": "validated", "share": 40, "confidence": 1, "reason": "x"}"#,
                ["buy", "approved", "refused", "skipped"]
            ),
            (
                .validator,
                #"{"symbol": "AAPL", "verdict": "validated", "share": 0, "confidence": 1, "reason": "x"}"#,
                ["buy", "approved", "refused", "skipped"]
            ),
            (
                .metaAgent, #"{"symbol": "AAPL", "action": "EXECUTE", "share": -1, "reason": "x"}"#,
                ["buy", "approved", "validated", "DO_NOT_EXECUTE"]
            ),
            (.metaAgent, "EXECUTE", ["buy", "approved", "validated", "DO_NOT_EXECUTE"]),
        ])
    func badAnswers(step: Step, text: String, expected: [String]) async throws {
        let journal = MemoryJournal([try Views.view()])
        let decisions = try await run(journal, Self.model([step: text]))
        #expect(decisions.allSatisfy { $0.action == .doNotExecute && $0.quantity == 0 })
        #expect(try await verdicts(journal) == expected)
    }

    @Test(
        "killed anywhere and run again, it ends in the same rows and pays no model twice",
        arguments: Step.allCases.flatMap { [$0.rawValue, "before:\($0.rawValue)"] })
    func resume(place: String) async throws {
        let whole = MemoryJournal([try Views.view()])
        let expected = try await run(whole, Self.model())

        let model = Self.model()
        let desk = MemoryDesk("local/m")
        let killed = MemoryJournal([try Views.view()], fault: place)
        await #expect(throws: MemoryJournal.Fault(after: place)) {
            try await run(killed, model, desk)
        }
        #expect(try await run(killed, model, desk) == expected)
        #expect(model.requests.count == 4)
        #expect(desk.calls.filter { !$0.isReplayed }.count == 4)
        for step in Step.allCases {
            let outputs = try killed.rows(step).map { try JSONValue(parsing: $0)["output"] }
            #expect(try outputs == whole.rows(step).map { try JSONValue(parsing: $0)["output"] })
        }
    }
}
