import Trading

extension RulesAnalyst {
    /// What a strategy of rules says at this close, in a size whose stop costs what any trade may.
    func signal(of strategy: StrategyView, _ view: MarketView) -> Signal {
        if let missing = strategy.missing {
            return .hold(view, "the strategy \(strategy.name) says nothing: \(missing)")
        }
        if strategy.leaves == true, view.held > 0 {
            return Signal(
                symbol: view.symbol, action: .sell, confidence: Fraction(1), quantity: view.held,
                reason: "the strategy \(strategy.name) leaves", evidence: Evidence(view))
        }
        guard strategy.enters == true else {
            return .hold(view, "the strategy \(strategy.name) neither enters nor leaves")
        }
        guard view.held == 0 else {
            return .hold(view, "the strategy \(strategy.name) enters, and it is held")
        }
        guard let size = positionSize(view) else {
            return .hold(view, "the strategy \(strategy.name) enters, without a range for a stop")
        }
        let quantity = size.quantity.truncated(places: LotSize.places(view.symbol))
        guard quantity.isPositive else {
            return .hold(view, "the account is too small for one unit")
        }
        return Signal(
            symbol: view.symbol, action: .buy, confidence: Fraction(1), quantity: quantity,
            stopDistance: Fraction(size.stopDistance),
            reason: "the strategy \(strategy.name) enters; \(size.words)",
            evidence: Evidence(view))
    }
}
