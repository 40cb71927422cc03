import Testing
import Trading

@Suite("Pattern statistics") struct PatternStatisticsTests {
    @Test("the excess over the base rate is in standard errors")
    func excess() throws {
        let statistics = PatternStatistics(n: 50, effectiveN: 25, winRate: 0.7, baseWinRate: 0.5)
        #expect(abs(try #require(statistics.excess) - 2) < 1e-12)
    }

    @Test("not enough history teaches nothing")
    func notEnough() {
        let statistics = PatternStatistics(
            n: 7, effectiveN: 7, winRate: 1, baseWinRate: 0.5, verdict: .notEnoughHistory)
        #expect(statistics.excess == nil)
        #expect(statistics.winRateInterval == nil)
    }

    @Test(
        "a base rate of nothing or everything gives no excess",
        arguments: [(0.0, 10.0), (1.0, 10.0), (0.5, 0.0)])
    func degenerate(base: Double, effectiveN: Double) {
        let statistics = PatternStatistics(
            n: 30, effectiveN: effectiveN, winRate: 0.6, baseWinRate: base)
        #expect(statistics.excess == nil)
    }

    /// Reference: scipy 1.17.1, binomtest(k, n).proportion_ci(method="wilson").
    @Test(
        "the interval is Wilson's",
        arguments: [
            (8.0 / 10, 10.0, 0.4901624, 0.9433178), (0.0, 20.0, 0.0, 0.1611252),
            (1.0, 20.0, 0.8388748, 1.0), (25.0 / 50, 50.0, 0.3664451, 0.6335549),
        ])
    func wilson(share: Double, trials: Double, low: Double, high: Double) {
        let interval = WilsonInterval.of(share: share, trials: trials)
        #expect(abs(interval.lowerBound - low) < 1e-6)
        #expect(abs(interval.upperBound - high) < 1e-6)
    }
}
