/// The account that would trade, valued as of the view.
package struct Account: Equatable, Sendable, Codable {
    package let id: Int64
    /// Cash and positions together.
    package let equity: Money
    package let cash: Money

    enum CodingKeys: String, CodingKey {
        case equity, cash
        case id = "account_id"
    }

    package init(id: Int64, equity: Money, cash: Money) {
        self.id = id
        self.equity = equity
        self.cash = cash
    }
}
