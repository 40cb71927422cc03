/// What followed the snapshots most like this one, after one number of bars.
package struct PatternStatistics: Equatable, Sendable, Codable {
    /// Whether there are enough neighbours to learn anything from.
    package enum Verdict: String, Codable, Sendable {
        case ok
        case notEnoughHistory = "not enough history"
    }

    /// How many neighbours have a known outcome.
    package let n: Int
    /// How many independent ones they are worth: neighbours whose outcomes overlap count less.
    package let effectiveN: Double
    /// Forward returns, as fractions.
    package let mean: Double?
    package let median: Double?
    package let p05: Double?
    package let p95: Double?
    /// The share of neighbours that rose.
    package let winRate: Double?
    /// The share of all snapshots that rose, alike or not: what the win rate must beat.
    package let baseWinRate: Double?
    package let verdict: Verdict

    enum CodingKeys: String, CodingKey {
        case n, mean, median, p05, p95, verdict
        case effectiveN = "effective_n"
        case winRate = "win_rate"
        case baseWinRate = "base_win_rate"
    }

    package init(
        n: Int, effectiveN: Double, mean: Double? = nil, median: Double? = nil, p05: Double? = nil,
        p95: Double? = nil, winRate: Double? = nil, baseWinRate: Double? = nil,
        verdict: Verdict = .ok
    ) {
        self.n = n
        self.effectiveN = effectiveN
        self.mean = mean
        self.median = median
        self.p05 = p05
        self.p95 = p95
        self.winRate = winRate
        self.baseWinRate = baseWinRate
        self.verdict = verdict
    }

    /// How far the win rate lies above the base rate, in standard errors of a share of
    /// `effectiveN` independent trials at the base rate; nil without enough history.
    package var excess: Double? {
        guard verdict == .ok, let winRate, let base = baseWinRate, effectiveN > 0, base > 0,
            base < 1
        else { return nil }
        return (winRate - base) / (base * (1 - base) / effectiveN).squareRoot()
    }

    /// The 95 % interval of the win rate; nil without enough history.
    package var winRateInterval: ClosedRange<Double>? {
        guard verdict == .ok, let winRate, effectiveN > 0 else { return nil }
        return WilsonInterval.of(share: winRate, trials: effectiveN)
    }
}

/// The score interval of a share.
package enum WilsonInterval {
    /// The 97.5th percentile of the normal distribution.
    private static let z = 1.959963984540054

    /// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    /// Journal of the American Statistical Association 22 (1927), 95 % two-sided.
    ///
    /// - Parameters:
    ///   - share: in 0...1.
    ///   - trials: above 0; need not be whole.
    package static func of(share: Double, trials: Double) -> ClosedRange<Double> {
        let square = z * z
        let center = (share + square / (2 * trials)) / (1 + square / trials)
        let spread =
            z / (1 + square / trials)
            * (share * (1 - share) / trials + square / (4 * trials * trials)).squareRoot()
        return max(0, center - spread)...min(1, center + spread)
    }
}
