/// What one rule thinks of a symbol: -1 falls, 0 does not know, +1 rises, and the numbers behind it.
struct Opinion: Equatable, Sendable {
    let weight: Double
    let score: Double
    let words: String

    /// The weighted mean of what is known; nil if nothing is.
    static func mean(_ opinions: [Opinion]) -> Double? {
        let weight = opinions.map(\.weight).reduce(0, +)
        guard weight > 0 else { return nil }
        return opinions.map { $0.weight * $0.score }.reduce(0, +) / weight
    }
}
