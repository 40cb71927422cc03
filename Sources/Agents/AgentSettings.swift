/// The bounds that the agents keep, whoever judges.
package struct AgentSettings: Equatable, Sendable {
    /// What happens to an entry above a hard limit.
    package enum OnLimit: String, Sendable {
        /// It is refused.
        case reject
        /// It is cut to what fits, and the cut recorded.
        case clamp
    }

    package var onLimit = OnLimit.clamp
    /// The least share of a wish that is worth having when a limit cuts it.
    package var leastClampedShare = 0.25
    /// The least value of an entry, as a fraction of equity: fees eat smaller ones.
    package var leastEntryFraction = 0.005
    /// The least confidence of an entry that is executed.
    package var leastConfidence = 0.3

    package init() {}
}
