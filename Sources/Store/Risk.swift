import FoundationEssentials
package import Postgres
package import Trading

/// The hard limits: schema `risk`.
package enum Risk {
    /// What the limits say to each wish of a cycle, as if it were placed alone.
    ///
    /// - Returns: one answer a wish, in the same order.
    package static func check(
        cycle: Int64, _ wishes: [(symbol: Symbol, side: Side, quantity: Quantity)],
        on connection: isolated Connection
    ) async throws(PostgresError) -> [OrderCheck] {
        let rows = try JSON(
            encoding: wishes.map { Wish(symbol: $0.symbol, side: $0.side, quantity: $0.quantity) })
        return try await connection.query(
            "select * from agent.check_signals(\(bind: cycle), \(bind: rows))"
        ).decoded(OrderCheck.init)
    }

    private struct Wish: Encodable {
        let symbol: Symbol
        let side: Side
        let quantity: Quantity
    }
}

extension OrderCheck {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            isAllowed: try row.get("allowed"), reasonCode: try row.get("reason_code"),
            reason: try row.get("reason"),
            maxQuantity: try row.get("max_quantity", as: Decimal?.self).map(Quantity.init),
            price: try row.get("price", as: Decimal?.self).map(Money.init),
            clampedQuantity: try row.get("clamped_quantity", as: Decimal?.self).map(Quantity.init))
    }
}
