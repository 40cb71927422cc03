/// The bounds that the agents keep, whoever judges.
package struct AgentSettings: Equatable, Sendable {
    /// The least value of an entry, as a fraction of equity: fees eat smaller ones.
    package var leastEntryFraction = 0.005
    /// The least confidence of an entry that is executed.
    package var leastConfidence = 0.3

    package init() {}
}
