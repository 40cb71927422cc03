/// The numbers of rules-v1.
///
/// None is fitted to data: they are the round values of common practice, so that what the analyst
/// does can be judged by its reasons.
package struct Rules: Equatable, Sendable {
    // What counts how much in a signal; the weights of what is known are scaled to 1.
    package var trendWeight = 0.30
    package var momentumWeight = 0.25
    package var stretchWeight = 0.10
    package var memoryWeight = 0.35

    /// Scores in -1...1: a buy begins above, an exit below.
    package var buyScore = 0.35
    package var exitScore = -0.25
    /// No buy if memory alone says less than this, whatever the indicators say.
    package var worstMemoryScore = -0.5

    /// The horizon, in bars, that a signal is about, and those of the second opinion.
    package var signalHorizon = 5
    package var otherHorizons = [1, 20]

    /// What a position may lose when it is stopped, as a fraction of equity.
    package var riskFraction = 0.005
    /// How far the stop is, in average true ranges.
    package var stopRanges = 2.0
    /// The largest wish, as a fraction of equity, however calm the instrument: with its costs inside
    /// the limit of 20 % that a position has by default.
    package var largestWish = 0.19

    /// What a bad month (5th percentile after 20 bars) may cost, as a fraction of equity.
    package var tailFraction = 0.02

    /// How old a snapshot may be for an entry, in days: over a long weekend, or for coins.
    package var stalenessDays = 5.0
    package var cryptoStalenessDays = 2.0
    /// Volatility of 5 bars over that of 60: nervous, and in panic.
    package var nervousVolRatio = 1.5
    package var panicVolRatio = 2.5
    /// Below the high of a year by more than this many yearly deviations: a falling knife.
    package var drawdownDeviations = 1.0
    /// How much of equity may already move with the symbol.
    package var alikeExposure = 0.35

    package init() {}
}
