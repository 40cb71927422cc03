import Trading

extension RulesAnalyst {
    func rulesSignal(_ view: MarketView) -> Signal {
        if view.held < 0 { return .hold(view, "a short position is not for \(name)") }
        guard let trend = trend(view), let momentum = momentum(view), let stretch = stretch(view)
        else {
            return exitAtStop(view) ?? .hold(view, "not enough bars for trend and momentum")
        }
        let memory = memory(view)
        let opinions = [trend, momentum, stretch, memory].compactMap { $0 }
        let score = Opinion.mean(opinions) ?? 0
        var words = opinions.map(\.words)
        if memory == nil { words.append("no memory (\(view.missing ?? "not enough history"))") }
        let reason = "score \(score.fixed(2)): " + words.joined(separator: "; ")

        if view.held > 0 { return held(view, score, reason) }
        guard score >= rules.buyScore else {
            let why = score <= rules.exitScore ? "nothing is held to sell" : "ambiguous"
            return .hold(view, "\(why), \(reason)", confidence: Fraction(abs(score)).clamped(0...1))
        }
        guard trend.score > 0 else { return .hold(view, "no rising trend, \(reason)") }
        guard (memory?.score ?? 0) > rules.worstMemoryScore else {
            return .hold(view, "memory speaks against it, \(reason)")
        }
        return entry(view, score, reason, isRemembered: memory != nil)
    }

    private func held(_ view: MarketView, _ score: Double, _ reason: String) -> Signal {
        if let exit = exitAtStop(view) { return exit }
        guard score <= rules.exitScore else { return .hold(view, "kept, \(reason)") }
        return exit(view, confidence: -score, "it has turned, \(reason)")
    }

    /// The sale of a position that lies further below its cost than its stop allows.
    private func exitAtStop(_ view: MarketView) -> Signal? {
        guard let position = view.position, position.quantity > 0, let close = view.close,
            let atr = view.atrFraction
        else { return nil }
        let cost = position.averageCost.double
        let stop = cost - rules.stopRanges * atr * close
        guard close < stop else { return nil }
        return exit(
            view, confidence: 1,
            "close \(close.fixed(2)) is below the stop \(stop.fixed(2)): "
                + "\(rules.stopRanges.fixed(1)) average true ranges under the cost \(cost.fixed(2))"
        )
    }

    private func exit(_ view: MarketView, confidence: Double, _ reason: String) -> Signal {
        Signal(
            symbol: view.symbol, action: .sell, confidence: Fraction(confidence).clamped(0...1),
            quantity: view.held, reason: reason, evidence: Evidence(view))
    }

    /// Without memory half the size: it is neither for nor against.
    private func entry(
        _ view: MarketView, _ score: Double, _ reason: String, isRemembered: Bool
    ) -> Signal {
        guard let size = positionSize(view) else {
            return .hold(view, "no range to set a stop by, \(reason)")
        }
        let quantity = (isRemembered ? size.quantity : size.quantity.times(0.5))
            .truncated(places: LotSize.places(view.symbol))
        guard quantity.isPositive else {
            return .hold(view, "the account is too small for one unit, \(reason)")
        }
        return Signal(
            symbol: view.symbol, action: .buy, confidence: Fraction(score).clamped(0...1),
            quantity: quantity, stopDistance: Fraction(size.stopDistance),
            reason: "\(reason); \(size.words)" + (isRemembered ? "" : ", halved without memory"),
            evidence: Evidence(view))
    }
}
