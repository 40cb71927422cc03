package import Trading

/// The analyst without a model: rules over indicators and pattern statistics.
///
/// The same view always gets the same answer. It buys what rises with momentum and was followed by
/// gains when the market looked alike, in a size whose stop costs a fixed part of equity; it sells
/// what falls through its stop or has turned; it holds whatever is ambiguous. It never sells short.
package struct RulesAnalyst: Analyst {
    package let name = "rules-v1"
    package let promptVersion: String? = nil
    let rules: Rules

    package init(rules: Rules = Rules()) { self.rules = rules }

    package func signal(from view: MarketView) async throws -> Judgment<Signal> {
        if let strategy = view.strategy, strategy.kind == .llm {
            let why = "the strategy \(strategy.name) speaks through a language model, none answers"
            return Judgment(.hold(view, why), by: bystander)
        }
        return Judgment(rulesSignal(view), by: bystander)
    }

    package func factors(of item: Case) async throws -> Judgment<[RiskFactor]> {
        Judgment(rulesFactors(item), by: bystander)
    }

    package func validation(of item: Case) async throws -> Judgment<Validation> {
        Judgment(rulesValidation(item), by: bystander)
    }

    package func decision(on item: Case) async throws -> Judgment<Decision> {
        Judgment(rulesDecision(item), by: bystander)
    }
}
