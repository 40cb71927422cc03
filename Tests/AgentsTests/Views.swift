import Foundation
import Testing
import Trading

@testable import Agents

/// Views to judge: each rises calmly and is remembered well, unless said otherwise.
enum Views {
    static let numbers: [String: Double] = [
        SnapshotField.ema20Distance: 0.02, SnapshotField.ema50Distance: 0.04,
        SnapshotField.ema200Distance: 0.10, SnapshotField.return20: 0.05,
        SnapshotField.realisedVol20: 0.20, SnapshotField.realisedVol60: 0.22,
        SnapshotField.macdHistogram: 0.002, SnapshotField.rsi14: 62, SnapshotField.volRatio: 0.9,
        SnapshotField.drawdown252: -0.01, SnapshotField.correlation60: 0.6,
    ]

    static let falling: [String: Double?] = [
        SnapshotField.ema20Distance: -0.03, SnapshotField.ema50Distance: -0.05,
        SnapshotField.ema200Distance: -0.02, SnapshotField.return20: -0.08,
        SnapshotField.macdHistogram: -0.004, SnapshotField.rsi14: 38,
    ]

    static let good: [Int: PatternStatistics] = [1: alike(0.58), 5: alike(0.66), 20: alike(0.70)]
    static let bad: [Int: PatternStatistics] = [1: alike(0.40), 5: alike(0.30), 20: alike(0.35)]
    static let unknown: [Int: PatternStatistics] = Dictionary(
        uniqueKeysWithValues: [1, 5, 20].map { bars in
            (
                bars,
                PatternStatistics(
                    n: 6, effectiveN: 3, mean: 0.2, median: 0.2, p05: 0.1, p95: 0.3, winRate: 1,
                    baseWinRate: 0.55, verdict: .notEnoughHistory)
            )
        })

    /// Fifty similar snapshots, worth thirty, of which this share rose.
    static func alike(
        _ winRate: Double, p05: Double = -0.06, mean: Double = 0.006, median: Double = 0.007
    ) -> PatternStatistics {
        PatternStatistics(
            n: 50, effectiveN: 30, mean: mean, median: median, p05: p05, p95: 0.08,
            winRate: winRate, baseWinRate: 0.55)
    }

    static func view(
        _ symbol: String = "AAPL", _ changes: [String: Double?] = [:],
        patterns: [Int: PatternStatistics] = good, close: Double? = 100, atr: Double? = 0.02,
        held: Quantity = 0, cost: Money = 100, equity: Money? = 100_000,
        asOf: String = "2018-02-05",
        date: String? = "2018-02-05T00:00:00+00:00", split: Bool = false, missing: String? = nil,
        strategy: StrategyView? = nil, weights: [String: Double] = [:],
        setups: SimilarSetups? = nil, news: [NewsItem] = []
    ) throws -> MarketView {
        var values = numbers.merging(changes.compactMapValues { $0 }) { $1 }
        for (name, value) in changes where value == nil { values[name] = nil }
        var snapshot = values.mapValues { SnapshotView.Value.number($0) }
        snapshot[SnapshotField.time] = date.map { .text($0) }
        snapshot[SnapshotField.splitSuspected] = .flag(split)
        return MarketView(
            symbol: try Symbol(symbol), asOf: try #require(AsOf(asOf)), missing: missing,
            snapshotID: 4711, snapshot: SnapshotView(snapshot), close: close, atrFraction: atr,
            patterns: patterns,
            neighbours: [
                Neighbour(
                    snapshotID: 12, symbol: try Symbol("MSFT"),
                    time: try #require(Timestamp.parse("2015-08-24")), similarity: 0.95,
                    forwardReturn: 0.03)
            ],
            position: held == 0 ? nil : Position(quantity: held, averageCost: cost),
            account: equity.map { Account(id: 1, equity: $0, cash: $0) }, news: news,
            strategy: strategy, weights: weights, setups: setups)
    }
}
