/// An agent's wish: what the DataAgent would do with one symbol, and why.
package struct Signal: Equatable, Sendable, Codable {
    package enum Action: String, Codable, Sendable {
        case buy, sell, hold

        /// nil for hold.
        package var side: Side? { Side(rawValue: rawValue) }
    }

    package let symbol: Symbol
    package let action: Action
    /// 0 is a guess, 1 is certainty.
    package let confidence: Fraction
    /// How much is wished for, before any limit; 0 for hold.
    package let quantity: Quantity
    /// How far below the entry a position would be given up, as a fraction of the price.
    package let stopDistance: Fraction?
    package let reason: String
    package let evidence: Evidence

    enum CodingKeys: String, CodingKey {
        case symbol, action, confidence, quantity, reason, evidence
        case stopDistance = "stop_distance"
    }

    package init(
        symbol: Symbol, action: Action, confidence: Fraction, quantity: Quantity,
        stopDistance: Fraction? = nil, reason: String, evidence: Evidence
    ) {
        self.symbol = symbol
        self.action = action
        self.confidence = confidence
        self.quantity = quantity
        self.stopDistance = stopDistance
        self.reason = reason
        self.evidence = evidence
    }
}
