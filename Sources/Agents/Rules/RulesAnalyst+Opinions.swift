import Trading

/// The opinions that a signal is made of; each is nil where its numbers are missing.
extension RulesAnalyst {
    /// Where the close stands against its means of 20, 50 and 200 bars: the share of them below it,
    /// less the share above it.
    func trend(_ view: MarketView) -> Opinion? {
        let means = [
            (20, SnapshotField.ema20Distance), (50, SnapshotField.ema50Distance),
            (200, SnapshotField.ema200Distance),
        ]
        let distances = means.compactMap { bars, field in
            view.snapshot.number(field).map { (bars, $0) }
        }
        guard distances.count >= 2 else { return nil }
        let score = distances.map { $1 > 0 ? 1.0 : $1 < 0 ? -1.0 : 0 }.reduce(0, +)
        let words = distances.map { "\($1.signedPercent) against ema \($0)" }
        return Opinion(
            weight: rules.trendWeight, score: score / Double(distances.count),
            words: "close " + words.joined(separator: ", "))
    }

    /// The return of 20 bars in its own deviations, and whether it gathers pace.
    func momentum(_ view: MarketView) -> Opinion? {
        guard let change = view.snapshot.number(SnapshotField.return20),
            let volatility = view.snapshot.number(SnapshotField.realisedVol20), volatility > 0,
            let histogram = view.snapshot.number(SnapshotField.macdHistogram)
        else { return nil }
        let barsAYear = view.symbol.isCryptoPair ? 365.0 : 252.0
        let deviations = change / (volatility * (20 / barsAYear).squareRoot())
        let pace = histogram > 0 ? 1.0 : histogram < 0 ? -1.0 : 0
        return Opinion(
            weight: rules.momentumWeight, score: (min(max(deviations, -1), 1) + pace) / 2,
            words: "20 bars \(change.signedPercent) (\(deviations.fixed(1)) deviations), macd "
                + (pace > 0 ? "above" : pace < 0 ? "below" : "on") + " its signal")
    }

    /// Whether the move has gone too far: 0 while the RSI is within 30..70.
    func stretch(_ view: MarketView) -> Opinion? {
        guard let rsi = view.snapshot.number(SnapshotField.rsi14) else { return nil }
        let beyond = rsi > 70 ? (70 - rsi) / 30 : rsi < 30 ? (30 - rsi) / 30 : 0
        return Opinion(
            weight: rules.stretchWeight, score: beyond,
            words: "rsi \(rsi.fixed(0))" + (beyond < 0 ? " is high" : beyond > 0 ? " is low" : ""))
    }

    /// How much oftener than usual similar snapshots were followed by a rise; full marks at two
    /// standard errors. nil where there is not enough history, which teaches nothing.
    func memory(_ view: MarketView) -> Opinion? {
        guard let statistics = view.patterns[rules.signalHorizon],
            let excess = statistics.excess, let winRate = statistics.winRate,
            let base = statistics.baseWinRate
        else { return nil }
        return Opinion(
            weight: rules.memoryWeight, score: min(max(excess / 2, -1), 1),
            words: "\(statistics.n) similar snapshots\(period(view)) rose in \(winRate.percent) of "
                + "cases after \(bars(rules.signalHorizon)), usual is \(base.percent)")
    }

    /// The dates of the nearest of them.
    private func period(_ view: MarketView) -> String {
        let evidence = Evidence(view)
        guard let from = evidence.from, let to = evidence.to else { return "" }
        return " (the nearest from \(from) to \(to))"
    }

    /// `1 bar`, `5 bars`.
    func bars(_ count: Int) -> String { "\(count) bar\(count == 1 ? "" : "s")" }
}
