/// The desk's own closed trades that were opened when the market looked alike.
package struct SimilarSetups: Equatable, Sendable, Codable {
    /// One of those that lost.
    package struct Failure: Equatable, Sendable, Codable {
        package let symbol: Symbol
        /// As the database writes it.
        package let openedAt: String
        /// Cosine similarity in -1...1.
        package let similarity: Double
        /// What it brought, as a fraction of its cost.
        package let returnFraction: Double

        enum CodingKeys: String, CodingKey {
            case symbol, similarity
            case openedAt = "opened_at"
            case returnFraction = "return"
        }

        package init(
            symbol: Symbol, openedAt: String, similarity: Double, returnFraction: Double
        ) {
            self.symbol = symbol
            self.openedAt = openedAt
            self.similarity = similarity
            self.returnFraction = returnFraction
        }
    }

    package let n: Int
    package let failed: Int
    package let meanReturn: Double?
    /// The nearest that lost, nearest first.
    package let failures: [Failure]

    enum CodingKeys: String, CodingKey {
        case n, failed, failures
        case meanReturn = "mean_return"
    }

    package init(n: Int, failed: Int, meanReturn: Double?, failures: [Failure]) {
        self.n = n
        self.failed = failed
        self.meanReturn = meanReturn
        self.failures = failures
    }
}
