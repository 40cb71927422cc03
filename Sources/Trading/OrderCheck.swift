/// What the hard limits of the database say to an order that is not yet placed.
package struct OrderCheck: Equatable, Sendable, Codable {
    package let isAllowed: Bool
    /// The code of the limit that says no, such as `POSITION_LIMIT`.
    package let reasonCode: String?
    package let reason: String?
    /// The largest quantity that every limit would let through; nil when nothing bounds it.
    package let maxQuantity: Quantity?
    /// The price that the check was made with.
    package let price: Money?
    /// What the limits leave of an order above one of them; nil where such orders are refused, or
    /// where no size would pass.
    package let clampedQuantity: Quantity?

    enum CodingKeys: String, CodingKey {
        case reason, price
        case isAllowed = "allowed"
        case reasonCode = "reason_code"
        case maxQuantity = "max_quantity"
        case clampedQuantity = "clamped_quantity"
    }

    package init(
        isAllowed: Bool, reasonCode: String? = nil, reason: String? = nil,
        maxQuantity: Quantity? = nil, price: Money? = nil, clampedQuantity: Quantity? = nil
    ) {
        self.isAllowed = isAllowed
        self.reasonCode = reasonCode
        self.reason = reason
        self.maxQuantity = maxQuantity
        self.price = price
        self.clampedQuantity = clampedQuantity
    }
}
