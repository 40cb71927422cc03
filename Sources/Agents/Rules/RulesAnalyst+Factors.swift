import Trading

extension RulesAnalyst {
    func rulesFactors(_ item: Case) -> [RiskFactor] {
        let view = item.view
        return [
            staleness(view), splits(view), volatility(view), drawdown(view),
            correlation(view, item.portfolio),
        ]
    }

    /// No entry on old prices.
    private func staleness(_ view: MarketView) -> RiskFactor {
        let limit = view.symbol.isCryptoPair ? rules.cryptoStalenessDays : rules.stalenessDays
        guard let time = view.snapshot.text(SnapshotField.time).flatMap({ Timestamp.parse($0) })
        else {
            return RiskFactor(
                name: "staleness", verdict: .refuse, value: nil,
                reason: "nobody knows how old the snapshot is")
        }
        let age = view.asOf.days(since: time)
        return RiskFactor(
            name: "staleness", verdict: age > limit ? .refuse : .fine, value: age,
            reason: "the snapshot is of \(Timestamp.dateText(time)), \(age.fixed(1)) days old, "
                + "limit \(limit.fixed(0))")
    }

    /// Prices that look like an unadjusted split say nothing yet.
    private func splits(_ view: MarketView) -> RiskFactor {
        let isSuspected = view.snapshot.flag(SnapshotField.splitSuspected) == true
        return RiskFactor(
            name: "split", verdict: isSuspected ? .refuse : .fine, value: nil,
            reason: isSuspected ? "the last bar looks like a split" : "no split")
    }

    /// Volatility of the last days against that of the quarter.
    private func volatility(_ view: MarketView) -> RiskFactor {
        guard let ratio = view.snapshot.number(SnapshotField.volRatio) else {
            return unknown("volatility", "no volatility of 60 bars yet")
        }
        let isNervous = ratio >= rules.nervousVolRatio
        let verdict: RiskFactor.Verdict =
            ratio >= rules.panicVolRatio ? .refuse : isNervous ? .caution : .fine
        return RiskFactor(
            name: "volatility", verdict: verdict, value: ratio,
            reason: "volatility of 5 bars is \(ratio.fixed(1)) times that of 60")
    }

    /// How far below the high of a year, measured by what the instrument moves in a year.
    private func drawdown(_ view: MarketView) -> RiskFactor {
        guard let drawdown = view.snapshot.number(SnapshotField.drawdown252),
            let volatility = view.snapshot.number(SnapshotField.realisedVol60)
        else { return unknown("drawdown", "no drawdown yet") }
        let limit = -rules.drawdownDeviations * volatility
        return RiskFactor(
            name: "drawdown", verdict: drawdown < limit ? .caution : .fine, value: drawdown,
            reason: "\(drawdown.percent) from the high of a year, a yearly deviation is "
                + volatility.percent)
    }

    /// How much of the account already moves with it.
    private func correlation(_ view: MarketView, _ portfolio: Portfolio) -> RiskFactor {
        guard let exposure = portfolio.exposure(alongside: view) else {
            return unknown("correlation", "no correlation with the benchmark yet")
        }
        return RiskFactor(
            name: "correlation", verdict: exposure > rules.alikeExposure ? .caution : .fine,
            value: exposure,
            reason: "\(exposure.percent) of equity already moves with \(view.symbol)")
    }

    /// What cannot be measured is a reason for care, not a refusal.
    private func unknown(_ name: String, _ reason: String) -> RiskFactor {
        RiskFactor(name: name, verdict: .caution, value: nil, reason: reason)
    }
}
