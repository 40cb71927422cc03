import Foundation
import Synchronization
import Testing
import Trading

@testable import Agents

@Suite("Cycle") struct CycleTests {
    private let views: [MarketView]

    init() throws {
        views = [
            try Views.view("AAPL"), try Views.view("AMZN", Views.falling),
            try Views.view("NFLX", Views.falling, held: 50, cost: 100),
            try Views.view("META", [SnapshotField.volRatio: 3]),
            try Views.view(
                "GOOG", patterns: [5: Views.alike(0.7), 20: Views.alike(0.3)]),
            try Views.view("NVDA"),
        ]
    }

    private static let limits: @Sendable (Signal) -> OrderCheck = { signal in
        signal.symbol.text == "NVDA"
            ? OrderCheck(
                isAllowed: false, reasonCode: "SECTOR_LIMIT", reason: "30 % in one sector",
                maxQuantity: 0)
            : OrderCheck(isAllowed: true)
    }

    private func verdicts(_ journal: MemoryJournal, _ step: Step) async throws -> [String] {
        func read<Output: StepOutput>(_: Output.Type) async throws -> [String] {
            try await journal.recorded(step, as: Output.self).map(\.verdict)
        }
        return switch step {
        case .dataAgent: try await read(Signal.self)
        case .riskManager: try await read(RiskAssessment.self)
        case .validator: try await read(Validation.self)
        case .metaAgent: try await read(Decision.self)
        }
    }

    @Test("every step has a row for every symbol, and a symbol goes as far as its reasons carry it")
    func pipeline() async throws {
        let journal = MemoryJournal(views, limits: Self.limits)
        let decisions = try await Cycle(analyst: RulesAnalyst(), journal: journal).run()

        #expect(
            try await verdicts(journal, .dataAgent) == ["buy", "hold", "sell", "buy", "buy", "buy"])
        #expect(
            try await verdicts(journal, .riskManager)
                == ["approved", "skipped", "approved", "refused", "approved", "refused"])
        #expect(
            try await verdicts(journal, .validator)
                == ["validated", "skipped", "validated", "skipped", "refused", "skipped"])
        #expect(
            try await verdicts(journal, .metaAgent)
                == ["EXECUTE", "skipped", "EXECUTE", "skipped", "skipped", "skipped"])
        #expect(decisions.map(\.symbol.text) == ["NFLX", "AAPL"], "exits go first")
    }

    @Test("a skipped row names the step whose row says why")
    func skippedReasons() async throws {
        let journal = MemoryJournal(views, limits: Self.limits)
        _ = try await Cycle(analyst: RulesAnalyst(), journal: journal).run()
        let rows = try await journal.recorded(.metaAgent, as: Decision.self)
        let reasons = Dictionary(uniqueKeysWithValues: rows.map { ($0.symbol.text, $0.reason) })
        #expect(reasons["AMZN"] == "stopped by DataAgent (hold)")
        #expect(reasons["META"] == "stopped by RiskManager (refused)")
        #expect(reasons["GOOG"] == "stopped by Validator (refused)")
        #expect(reasons["NVDA"] == "stopped by RiskManager (refused)")
        #expect(rows.allSatisfy { $0.model == "rules-v1" && $0.inputHash.count == 64 })
        #expect(rows.filter { $0.verdict == "skipped" }.allSatisfy { $0.output == nil })
    }

    @Test("no signals: the limits are not asked, the rest is skipped and says so")
    func noSignals() async throws {
        let journal = MemoryJournal([
            try Views.view("AAPL", Views.falling),
            try Views.view("XOM", close: nil, missing: "no bars"),
        ])
        let decisions = try await Cycle(analyst: RulesAnalyst(), journal: journal).run()
        #expect(decisions.isEmpty)
        #expect(journal.checked.isEmpty)
        for step in [Step.riskManager, .validator, .metaAgent] {
            #expect(try await verdicts(journal, step) == ["skipped", "skipped"])
        }
        let rows = try await journal.recorded(.riskManager, as: RiskAssessment.self)
        #expect(rows.allSatisfy { $0.reason == "no signals: stopped by DataAgent (hold)" })
        let signals = try await journal.recorded(.dataAgent, as: Signal.self)
        #expect(signals.last?.reason == "no bars")
    }

    @Test("none approved: the rest is skipped and says so")
    func noneApproved() async throws {
        let journal = MemoryJournal([try Views.view("NVDA")], limits: Self.limits)
        let decisions = try await Cycle(analyst: RulesAnalyst(), journal: journal).run()
        #expect(decisions.isEmpty)
        let rows = try await journal.recorded(.validator, as: Validation.self)
        #expect(rows.map(\.reason) == ["none approved: stopped by RiskManager (refused)"])
    }

    @Test("none validated: the rest is skipped and says so")
    func noneValidated() async throws {
        let journal = MemoryJournal([
            try Views.view("GOOG", patterns: [5: Views.alike(0.7), 20: Views.alike(0.3)])
        ])
        let decisions = try await Cycle(analyst: RulesAnalyst(), journal: journal).run()
        #expect(decisions.isEmpty)
        let rows = try await journal.recorded(.metaAgent, as: Decision.self)
        #expect(
            rows.allSatisfy { $0.verdict == "skipped" && $0.reason.hasPrefix("none validated") })
    }

    @Test("no symbols are no trouble")
    func nothing() async throws {
        let journal = MemoryJournal([])
        #expect(try await Cycle(analyst: RulesAnalyst(), journal: journal).run().isEmpty)
    }

    @Test(
        "killed anywhere and run again, it ends in the same rows",
        arguments: Step.allCases.flatMap { [$0.rawValue, "before:\($0.rawValue)"] })
    func resume(place: String) async throws {
        let whole = MemoryJournal(views, limits: Self.limits)
        let expected = try await Cycle(analyst: RulesAnalyst(), journal: whole).run()

        let killed = MemoryJournal(views, fault: place, limits: Self.limits)
        await #expect(throws: MemoryJournal.Fault(after: place)) {
            try await Cycle(analyst: RulesAnalyst(), journal: killed).run()
        }
        let decisions = try await Cycle(analyst: RulesAnalyst(), journal: killed).run()

        for step in Step.allCases { #expect(try killed.rows(step) == whole.rows(step)) }
        #expect(decisions == expected)
    }

    @Test("a finished step is not asked of the analyst again")
    func paysOnce() async throws {
        let analyst = CountingAnalyst()
        let journal = MemoryJournal(views, fault: "Validator", limits: Self.limits)
        _ = try? await Cycle(analyst: analyst, journal: journal).run()
        _ = try await Cycle(analyst: analyst, journal: journal).run()
        #expect(analyst.calls == ["signal": 6, "factors": 3, "validation": 2, "decision": 2])
    }

    @Test("the same input has the same hash, another input another")
    func inputHash() async throws {
        func hash(_ view: MarketView) throws -> String {
            try InputHash.of(Case(view: view), model: "rules-v1", prompt: nil)
        }
        let view = try Views.view()
        #expect(try hash(view) == hash(view))
        #expect(try hash(view) != hash(try Views.view(close: 100.01)))
        #expect(
            try hash(view) != InputHash.of(Case(view: view), model: "other", prompt: nil))
        // What was seen is hashed once a cycle; what was said since is hashed anew.
        var item = Case(view: view)
        item.seenHash = try InputHash.seen(item)
        #expect(try hash(view) == InputHash.of(item, model: "rules-v1", prompt: nil))
        item.closed = "a reason"
        #expect(try hash(view) != InputHash.of(item, model: "rules-v1", prompt: nil))
    }
}

/// The rules, counted.
private final class CountingAnalyst: Analyst {
    let name = "counted"
    let promptVersion: String? = nil
    private let rules = RulesAnalyst()
    private let counts = Mutex<[String: Int]>([:])

    var calls: [String: Int] { counts.withLock { $0 } }
    private func count(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

    func signal(from view: MarketView) async throws -> Judgment<Signal> {
        count("signal")
        return try await rules.signal(from: view)
    }

    func factors(of item: Case) async throws -> Judgment<[RiskFactor]> {
        count("factors")
        return try await rules.factors(of: item)
    }

    func validation(of item: Case) async throws -> Judgment<Validation> {
        count("validation")
        return try await rules.validation(of: item)
    }

    func decision(on item: Case) async throws -> Judgment<Decision> {
        count("decision")
        return try await rules.decision(on: item)
    }
}
