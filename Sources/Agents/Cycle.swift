package import Trading

/// One run of the four agents over the symbols of a cycle:
///
///     MarketView -> Signal -> RiskAssessment -> Validation -> Decision
///
/// Each step is recorded for all symbols at once before the next begins; what is recorded is read
/// back and never computed again, so a cycle that was killed goes on where it stopped. A symbol that
/// a step does not let pass is skipped by the steps that follow, which say why.
package struct Cycle: Sendable {
    private let dataAgent: DataAgent
    private let riskManager: RiskManager
    private let validator: Validator
    private let metaAgent: MetaAgent
    private let journal: any CycleJournal
    private let recorder: StepRecorder

    package init(
        analyst: any Analyst, journal: any CycleJournal, settings: AgentSettings = AgentSettings(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        dataAgent = DataAgent(analyst: analyst)
        riskManager = RiskManager(analyst: analyst)
        validator = Validator(analyst: analyst)
        metaAgent = MetaAgent(analyst: analyst, settings: settings)
        self.journal = journal
        recorder = StepRecorder(journal: journal, analyst: analyst, clock: clock)
    }

    /// Runs or resumes the cycle.
    ///
    /// - Returns: the decisions in the order in which they are to be placed; also those not to
    ///   execute. Writing them is left to the caller, who does it together with the cycle's end.
    package func run() async throws -> [Decision] {
        let views = try await journal.views()
        let portfolio = Portfolio(views: views)
        var cases = try views.map { view in
            var item = Case(view: view, portfolio: portfolio)
            item.seenHash = try InputHash.seen(item)
            return item
        }

        try await recorder.run(.dataAgent, &cases, into: \.signal) { item in
            try await dataAgent.signal(from: item.view)
        }
        cases.close(
            after: .dataAgent, unless: { $0.signal?.action.side != nil }, all: "no signals")

        try await checkLimits(&cases)
        try await recorder.run(.riskManager, &cases, into: \.assessment) { item in
            try await riskManager.assessment(of: item)
        }
        cases.close(
            after: .riskManager, unless: { $0.assessment?.verdict == .approved },
            all: "none approved")

        try await recorder.run(.validator, &cases, into: \.validation) { item in
            try await validator.validation(of: item)
        }
        cases.close(
            after: .validator, unless: { $0.validation?.verdict == .validated },
            all: "none validated")

        try await recorder.run(.metaAgent, &cases, into: \.decision) { item in
            try await metaAgent.decision(on: item)
        }
        return cases.compactMap(\.decision).sorted(by: metaAgent.goesFirst)
    }

    /// Asks the hard limits about every signal at once.
    private func checkLimits(_ cases: inout [Case]) async throws {
        let open = cases.indices.filter { cases[$0].closed == nil }
        guard !open.isEmpty else { return }
        let checks = try await journal.check(open.compactMap { cases[$0].signal })
        for (index, check) in zip(open, checks) { cases[index].check = check }
    }
}

extension [Case] {
    /// The conditional edge after a step: whoever it did not let pass goes no further. The rows of
    /// the steps that follow name that step, whose own row holds the reason.
    ///
    /// - Parameter phrase: what is said of each, too, when nobody passed.
    fileprivate mutating func close(
        after step: Step, unless passes: (Case) -> Bool, all phrase: String
    ) {
        let stopped = indices.filter { self[$0].closed == nil && !passes(self[$0]) }
        for index in stopped {
            self[index].closed = "stopped by \(step.rawValue) (\(self[index].lastVerdict))"
        }
        guard allSatisfy({ $0.closed != nil }) else { return }
        for index in stopped {
            self[index].closed = "\(phrase): \(self[index].closed ?? "")"
        }
    }
}
