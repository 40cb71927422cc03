/// What an account holds of one instrument.
package struct Position: Equatable, Sendable, Codable {
    /// Negative when sold short.
    package let quantity: Quantity
    /// What one unit cost on average, fees of the purchases included.
    package let averageCost: Money
    /// Gain or loss at the price of the view.
    package let unrealised: Money?

    enum CodingKeys: String, CodingKey {
        case quantity, unrealised
        case averageCost = "average_cost"
    }

    package init(quantity: Quantity, averageCost: Money, unrealised: Money? = nil) {
        self.quantity = quantity
        self.averageCost = averageCost
        self.unrealised = unrealised
    }
}
