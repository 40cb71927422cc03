/// The final word of a cycle on one symbol.
package struct Decision: Equatable, Sendable, Codable {
    package enum Action: String, Codable, Sendable {
        case execute = "EXECUTE"
        case doNotExecute = "DO_NOT_EXECUTE"
    }

    package let symbol: Symbol
    package let action: Action
    package let side: Side
    /// 0 if it is not to be executed.
    package let quantity: Quantity
    package let confidence: Fraction
    package let reason: String

    package init(
        symbol: Symbol, action: Action, side: Side, quantity: Quantity, confidence: Fraction,
        reason: String
    ) {
        self.symbol = symbol
        self.action = action
        self.side = side
        self.quantity = quantity
        self.confidence = confidence
        self.reason = reason
    }
}
