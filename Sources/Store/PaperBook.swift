import FoundationEssentials
package import Postgres
package import Trading

/// The paper broker's own book, as another party would keep it: `trade.paper_*`.
package enum PaperBook {
    /// What the book answers to a new order.
    package struct Answer: Decodable, Sendable, Equatable {
        package let status: String
        package let brokerOrderID: String?
        package let reason: String?

        enum CodingKeys: String, CodingKey {
            case status, reason
            case brokerOrderID = "broker_order_id"
        }
    }

    package static func submit(
        account: Int64, _ order: Order, on connection: isolated Connection
    ) async throws(PostgresError) -> Answer {
        try await connection.query(
            """
            select trade.paper_submit(
                \(bind: account), \(bind: order.clientOrderID), \(bind: order.symbol.text),
                \(bind: order.side.rawValue), \(bind: order.quantity.decimal),
                \(bind: order.type.rawValue), \(bind: order.limitPrice?.decimal),
                \(bind: order.stopPrice?.decimal), \(bind: order.timeInForce.rawValue),
                \(bind: order.placedAt))
            """
        ).value(as: JSON.self).decode()
    }

    /// The order as the book knows it; nil if it never arrived.
    package static func order(
        account: Int64, clientOrderID: String, on connection: isolated Connection
    ) async throws(PostgresError) -> Answer? {
        try await connection.query(
            "select trade.paper_order(\(bind: account), \(bind: clientOrderID))"
        ).value(as: JSON?.self)?.decode()
    }

    package static func fills(
        account: Int64, clientOrderID: String, on connection: isolated Connection
    ) async throws(PostgresError) -> [Fill] {
        try await connection.query(
            "select * from trade.paper_fills(\(bind: account), \(bind: clientOrderID))"
        ).decoded(Fill.init)
    }
}

extension Fill {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.get("broker_fill_id"), quantity: Quantity(try row.get("quantity")),
            price: Money(try row.get("price")), fee: Money(try row.get("fee")),
            time: try row.get("filled_at"))
    }
}
