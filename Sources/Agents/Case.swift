package import Trading

/// One symbol on its way through the cycle: what was seen, and what each agent said so far.
package struct Case: Sendable {
    package let view: MarketView
    /// What else the account holds, as the other views of the cycle show it.
    package let portfolio: Portfolio
    package internal(set) var signal: Signal?
    package internal(set) var check: OrderCheck?
    package internal(set) var assessment: RiskAssessment?
    package internal(set) var validation: Validation?
    package internal(set) var decision: Decision?
    /// Why the steps that follow skip it; nil while it is open.
    package internal(set) var closed: String?
    /// `InputHash.seen`, if it was reckoned before.
    var seenHash: String?

    package init(view: MarketView, portfolio: Portfolio = Portfolio()) {
        self.view = view
        self.portfolio = portfolio
    }

    /// What the last agent said, in a word.
    var lastVerdict: String {
        decision?.verdictWord ?? validation?.verdictWord ?? assessment?.verdictWord
            ?? signal?.verdictWord ?? "no verdict"
    }
}
