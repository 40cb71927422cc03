package import Providers
package import Trading

/// The analyst that asks language models, each step in the words of its prompt.
///
/// A model that does not answer is followed by the next of the chain, at last by `rules-v1` if the
/// tenant allows. A model that answers what cannot be meant is not: then nothing is bought, and an
/// event says why. Numbers are checked here and by the agents; no answer can move a hard limit.
package struct ModelAnalyst: Analyst {
    package typealias Directory =
        @Sendable (_ provider: String, _ model: String) -> (any LanguageModel)?

    /// Rows that it was not asked about have no model.
    package let name = "none"
    package let promptVersion: String?
    let prompts: [Step: PromptVersion]
    /// The prompt of the cycle's strategy, where a model speaks for it.
    let strategyPrompt: PromptVersion?
    let desk: any ModelDesk
    let models: Directory
    /// What tells this cycle from others.
    let cycle: String
    let rules: RulesAnalyst
    let clock: any Clock<Duration>
    /// A model that may be asked again within this time is waited for, by throwing
    /// `NoModelAnswered`, before the rules judge in its place.
    let patience: Duration

    package init(
        prompts: [Step: PromptVersion], strategyPrompt: PromptVersion? = nil,
        desk: any ModelDesk, cycle: String,
        rules: RulesAnalyst = RulesAnalyst(), clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .zero, models: @escaping Directory
    ) {
        self.prompts = prompts
        self.strategyPrompt = strategyPrompt
        self.desk = desk
        self.models = models
        self.cycle = cycle
        self.rules = rules
        self.clock = clock
        self.patience = patience
        let labels = Step.allCases.compactMap { prompts[$0]?.label }
        promptVersion = labels.isEmpty ? nil : labels.joined(separator: " ")
    }

    package var bystander: Author { Author(name) }

    package func signal(from view: MarketView) async throws -> Judgment<Signal> {
        if let strategy = view.strategy, strategy.kind == .llm {
            return try await signal(of: strategy, view)
        }
        return try await judge(.dataAgent, Case(view: view)) { answer in
            try signal(answer, view)
        } otherwise: { reason in
            .hold(view, reason)
        } rules: {
            try await rules.signal(from: view)
        }
    }

    /// LONG, SHORT or HOLD; everything else is HOLD, and what is bought is sized by the rules.
    private func signal(of strategy: StrategyView, _ view: MarketView) async throws -> Judgment<
        Signal
    > {
        guard let strategyPrompt, strategy.patternPrompt != nil else {
            let why = "the strategy \(strategy.name) cannot ask: \(strategy.missing ?? "no prompt")"
            return Judgment(.hold(view, why), by: bystander)
        }
        let question = try Question(
            .dataAgent, Case(view: view), prompt: strategyPrompt,
            form: try AnswerForms.position(strategyPrompt))
        return try await judge(question) { answer in
            try position(answer, view)
        } otherwise: { reason in
            .hold(view, reason)
        } rules: {
            try await rules.signal(from: view)
        }
    }

    /// What is measured counts, whatever the model thinks: it can only add to the caution.
    package func factors(of item: Case) async throws -> Judgment<[RiskFactor]> {
        let measured = try await rules.factors(of: item)
        if measured.value.contains(where: { $0.verdict == .refuse }) { return measured }
        return try await judge(.riskManager, item) { answer in
            measured.value + (try factors(answer))
        } otherwise: { reason in
            [RiskFactor(name: "model", verdict: .refuse, value: nil, reason: reason)]
        } rules: {
            measured
        }
    }

    package func validation(of item: Case) async throws -> Judgment<Validation> {
        try await judge(.validator, item) { answer in
            try validation(answer, item)
        } otherwise: { reason in
            Validation(
                symbol: item.view.symbol, verdict: .refused, quantity: 0, confidence: .zero,
                reason: reason)
        } rules: {
            try await rules.validation(of: item)
        }
    }

    package func decision(on item: Case) async throws -> Judgment<Decision> {
        let side = item.signal?.action.side ?? .buy
        return try await judge(.metaAgent, item) { answer in
            try decision(answer, item, side)
        } otherwise: { reason in
            Decision(
                symbol: item.view.symbol, action: .doNotExecute, side: side, quantity: 0,
                confidence: .zero, reason: reason)
        } rules: {
            try await rules.decision(on: item)
        }
    }
}
