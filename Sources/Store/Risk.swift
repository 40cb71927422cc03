package import FoundationEssentials
package import Postgres
package import Trading

/// The hard limits: schema `risk`.
package enum Risk {
    /// What the limits would say to each order if it were placed alone.
    ///
    /// - Returns: one answer a wish, in the same order.
    package static func check(
        account: Int64, _ wishes: [(symbol: Symbol, side: Side, quantity: Quantity)], asOf: Date,
        on connection: isolated Connection
    ) async throws(PostgresError) -> [OrderCheck] {
        try await connection.query(
            """
            select c.allowed, c.reason_code, c.reason, c.max_quantity, c.price
            from rows from (
                unnest(\(bind: wishes.map(\.symbol.text))::text[]),
                unnest(\(bind: wishes.map(\.side.rawValue))::text[]),
                unnest(\(bind: wishes.map(\.quantity.decimal))::numeric[])
            ) with ordinality as wish (symbol, side, quantity, place)
            cross join lateral risk.check_order(
                \(bind: account), wish.symbol, wish.side, wish.quantity, null, \(bind: asOf)
            ) as c
            order by wish.place
            """
        ).decoded(OrderCheck.init)
    }
}

extension OrderCheck {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            isAllowed: try row.get("allowed"), reasonCode: try row.get("reason_code"),
            reason: try row.get("reason"),
            maxQuantity: try row.get("max_quantity", as: Decimal?.self).map(Quantity.init),
            price: try row.get("price", as: Decimal?.self).map(Money.init))
    }
}
