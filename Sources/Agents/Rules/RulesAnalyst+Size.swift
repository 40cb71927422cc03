import Trading

/// How much to buy, and where it would be given up.
struct PositionSize: Equatable, Sendable {
    let quantity: Quantity
    /// As a fraction of the price.
    let stopDistance: Double
    let words: String
}

extension RulesAnalyst {
    /// The quantity that loses `riskFraction` of equity when the price falls by `stopRanges` average
    /// true ranges: the more it moves, the less of it. nil without range, price or account.
    func positionSize(_ view: MarketView) -> PositionSize? {
        guard let close = view.close, close > 0, let atr = view.atrFraction, atr > 0,
            let equity = view.account?.equity.double, equity > 0
        else { return nil }
        let stopDistance = rules.stopRanges * atr
        let weight = min(rules.riskFraction / stopDistance, rules.largestWish)
        let quantity = Quantity(rounding: weight * equity / close)
        return PositionSize(
            quantity: quantity, stopDistance: stopDistance,
            words: "\(weight.percent) of equity, so that a stop \(stopDistance.percent) lower "
                + "costs \((weight * stopDistance * 100).fixed(2)) %")
    }
}
