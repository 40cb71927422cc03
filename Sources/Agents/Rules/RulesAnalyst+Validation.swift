import Trading

extension RulesAnalyst {
    /// What similar snapshots say over other horizons: refuses where even the best reading of the
    /// win rate is below the usual, and cuts the size where a bad month would cost too much.
    func rulesValidation(_ item: Case) -> Validation {
        let approved = item.assessment?.quantity ?? 0
        let confidence = item.signal?.confidence ?? .zero
        let known = rules.otherHorizons.compactMap { bars -> (Int, PatternStatistics)? in
            guard let statistics = item.view.patterns[bars], statistics.verdict == .ok else {
                return nil
            }
            return (bars, statistics)
        }
        guard !known.isEmpty else {
            return Validation(
                symbol: item.view.symbol, verdict: .validated, quantity: approved,
                confidence: Fraction(confidence.value / 2),
                reason: "not enough history for a second opinion: confidence halved")
        }
        let against = known.compactMap { objection(after: $0, $1) }
        guard against.isEmpty else {
            return Validation(
                symbol: item.view.symbol, verdict: .refused, quantity: 0, confidence: .zero,
                reason: against.joined(separator: "; "))
        }
        let support = known.map { winWords(after: $0, $1) }.joined(separator: "; ")
        return withinTail(item.view, approved, confidence, support)
    }

    /// Why the outcomes after some bars speak against an entry; nil if they do not.
    private func objection(after horizon: Int, _ statistics: PatternStatistics) -> String? {
        if let interval = statistics.winRateInterval, let base = statistics.baseWinRate,
            interval.upperBound < base
        {
            return
                "\(winWords(after: horizon, statistics)), at best \(interval.upperBound.percent), "
                + "usual is \(base.percent)"
        }
        if let mean = statistics.mean, let median = statistics.median, mean < 0, median < 0 {
            return "after \(bars(horizon)) \(statistics.n) similar snapshots lost "
                + "\((-median).percent) in the middle, \((-mean).percent) on average"
        }
        return nil
    }

    private func winWords(after horizon: Int, _ statistics: PatternStatistics) -> String {
        "after \(bars(horizon)) \((statistics.winRate ?? 0).percent) of \(statistics.n) rose"
    }

    /// The size whose 5th percentile over the longest horizon costs at most `tailFraction`.
    private func withinTail(
        _ view: MarketView, _ approved: Quantity, _ confidence: Fraction, _ support: String
    ) -> Validation {
        func validated(_ quantity: Quantity, _ reason: String) -> Validation {
            Validation(
                symbol: view.symbol, verdict: .validated, quantity: quantity,
                confidence: confidence, reason: reason)
        }
        guard let horizon = rules.otherHorizons.max(), let statistics = view.patterns[horizon],
            statistics.verdict == .ok, let p05 = statistics.p05, p05 < 0, let close = view.close,
            let equity = view.account?.equity.double
        else { return validated(approved, support) }
        let most = Quantity(rounding: rules.tailFraction * equity / (-p05 * close))
        let tail = "one in twenty lost \((-p05).percent) or more after \(bars(horizon))"
        guard most < approved else { return validated(approved, "\(support); \(tail)") }
        let fitting = most.truncated(places: LotSize.places(view.symbol))
        guard fitting.isPositive else {
            return Validation(
                symbol: view.symbol, verdict: .refused, quantity: 0, confidence: .zero,
                reason: "\(tail): even one unit would risk more than "
                    + "\(rules.tailFraction.percent) of equity")
        }
        return validated(
            fitting,
            "\(support); \(tail): cut from \(approved) to \(fitting), so that it costs "
                + "\(rules.tailFraction.percent) of equity")
    }
}
