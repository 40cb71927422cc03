package import Trading

/// Where a cycle reads what it may know and writes what it found; each call is one commit at most.
package protocol CycleJournal: Sendable {
    /// One view a symbol, in the order of the cycle's symbols.
    func views() async throws -> [MarketView]

    /// The rows of a step that are already recorded; empty if it was never finished.
    func recorded<Output: StepOutput>(
        _ step: Step, as: Output.Type
    ) async throws -> [StepRow<Output>]

    /// Records a step for all symbols; rows that are there already stay as they are.
    ///
    /// - Returns: how many rows were new.
    func record<Output: StepOutput>(_ step: Step, _ rows: [StepRow<Output>]) async throws -> Int

    /// What the hard limits say to each signal, in the same order.
    func check(_ signals: [Signal]) async throws -> [OrderCheck]
}
