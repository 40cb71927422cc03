import Foundation
import Trading

/// How much the words of those who stand behind a trade count, by their record.
struct AgentRecord {
    /// The agents before the last one, whose word is the decision itself.
    private static let voices = [Step.dataAgent, .riskManager, .validator]

    /// The geometric mean of their weights; 1 is even.
    let factor: Double
    /// Who counts more or less than the others; nil if nobody does.
    let words: String?

    /// - Parameter weights: by a step's name; who is not there counts 1.
    init(_ weights: [String: Double]) {
        let known = Self.voices.map { ($0.rawValue, weights[$0.rawValue] ?? 1) }
        factor = pow(known.reduce(1) { $0 * $1.1 }, 1 / Double(known.count))
        let uneven = known.filter { abs($1 - 1) >= 0.005 }
        words =
            uneven.isEmpty
            ? nil
            : "weighed by the agents' record: "
                + uneven.map { "\($0) \($1.fixed(2))" }.joined(separator: ", ")
    }

    func weighed(_ confidence: Fraction) -> Fraction {
        Fraction(confidence.value * factor).clamped(0...1)
    }

    func weighed(_ decision: Decision) -> Decision {
        Decision(
            symbol: decision.symbol, action: decision.action, side: decision.side,
            quantity: decision.quantity, confidence: weighed(decision.confidence),
            reason: words.map { "\(decision.reason) | \($0)" } ?? decision.reason)
    }
}
