package import Trading

/// Who judges: rules or language models. The agents ask, and hold the answer to their bounds.
package protocol Analyst: Sendable {
    /// The label of rows that it was not asked about, such as `rules-v1`.
    var name: String { get }
    /// The version of its instructions; nil where there are none.
    var promptVersion: String? { get }

    /// What to do with a symbol; for one that is seen with a snapshot, price and account.
    func signal(from view: MarketView) async throws -> Judgment<Signal>

    /// How risky the signalled entry is; asked only where no hard limit forbids it.
    func factors(of item: Case) async throws -> Judgment<[RiskFactor]>

    /// A second opinion on an approved entry.
    func validation(of item: Case) async throws -> Judgment<Validation>

    /// The last word on a validated trade.
    func decision(on item: Case) async throws -> Judgment<Decision>
}

extension Analyst {
    /// Whose the rows are that it was not asked about.
    var bystander: Author { Author(name, promptVersion: promptVersion) }
}
