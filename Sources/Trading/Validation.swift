/// The second opinion on an assessed signal.
package struct Validation: Equatable, Sendable, Codable {
    package enum Verdict: String, Codable, Sendable {
        case validated, refused
    }

    package let symbol: Symbol
    package let verdict: Verdict
    /// How much the second opinion stands behind; 0 if refused.
    package let quantity: Quantity
    package let confidence: Fraction
    package let reason: String

    package init(
        symbol: Symbol, verdict: Verdict, quantity: Quantity, confidence: Fraction, reason: String
    ) {
        self.symbol = symbol
        self.verdict = verdict
        self.quantity = quantity
        self.confidence = confidence
        self.reason = reason
    }
}
