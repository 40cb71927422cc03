import FoundationEssentials
package import Postgres
package import Trading

/// Orders and fills, and the paper broker's own book: schema `trade`.
package enum Trade {
    /// The SQLSTATE of an order that the tenant does not have.
    package static let unknownOrder = "BW124"

    /// Says durably that an order is about to be sent; commit before the first byte leaves.
    ///
    /// - Returns: `.submitting` to be sent, `.unknown` to be asked for first; nil if there is
    ///   nothing to send: the broker has it, or it is over.
    package static func beginSubmit(
        order: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Order? {
        try await connection.query(
            """
            select o.*, t.* from trade.begin_submit(\(bind: order)) as o
            cross join lateral trade.submit_terms(o.order_id) as t where o.order_id is not null
            """
        ).decoded(Order.init).first
    }

    /// Writes what came of sending.
    package static func recordSubmit(
        order: Int64, _ outcome: SubmitOutcome, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select trade.record_submit(
                \(bind: order), \(bind: outcome.word), \(bind: outcome.brokerOrderID),
                \(bind: outcome.reason))
            """)
    }

    /// Writes that an order ended before it was wholly filled; a final one stays as it is.
    ///
    /// - Parameter status: `.canceled` or `.expired`.
    package static func recordClose(
        order: Int64, as status: OrderStatus, reason: String?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select trade.record_close(\(bind: order), \(bind: status.rawValue), \(bind: reason))
            """)
    }

    /// Has the account of an open order asked at its broker at once.
    ///
    /// - Returns: false if the order is not the tenant's, or is over.
    package static func brokerTold(
        _ clientOrderID: String, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select trade.broker_told(\(bind: clientOrderID))").value()
    }

    /// Books a fill with its ledger entries.
    ///
    /// - Returns: false if it was known already.
    package static func recordFill(
        order: Int64, _ fill: Fill, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            """
            select trade.record_fill(
                \(bind: order), \(bind: fill.id), \(bind: fill.quantity.decimal),
                \(bind: fill.price.decimal), \(bind: fill.fee.decimal), \(bind: fill.time))
            """
        ).value()
    }

    /// Places the exits that bars have triggered since the last look.
    ///
    /// - Returns: how many.
    package static func watchExits(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select trade.watch_exits(\(bind: account))").value()
    }

    /// The orders of an account that may still be sent or filled.
    package static func openOrders(
        account: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> [Order] {
        try await connection.query(
            """
            select o.*, t.* from trade.open_orders(\(bind: account)) as o
            cross join lateral trade.submit_terms(o.order_id) as t order by o.order_id
            """
        ).decoded(Order.init)
    }
}

/// What came of sending an order.
package enum SubmitOutcome: Equatable, Sendable {
    case accepted(brokerOrderID: String)
    case rejected(reason: String)
    /// Nobody knows whether it arrived.
    case unknown(reason: String)

    var word: String {
        switch self {
        case .accepted: "acked"
        case .rejected: "rejected"
        case .unknown: "unknown"
        }
    }

    var brokerOrderID: String? {
        if case .accepted(let id) = self { id } else { nil }
    }

    var reason: String? {
        switch self {
        case .accepted: nil
        case .rejected(let reason), .unknown(let reason): reason
        }
    }
}

extension Order {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.get("order_id"), accountID: try row.get("account_id"),
            clientOrderID: try row.get("client_order_id"), symbol: try row.symbol("symbol"),
            side: try row.word("side"), quantity: Quantity(try row.get("quantity")),
            filled: Quantity(try row.get("filled_quantity")), type: try row.word("type"),
            limitPrice: try row.get("limit_price", as: Decimal?.self).map(Money.init),
            stopPrice: try row.get("stop_price", as: Decimal?.self).map(Money.init),
            timeInForce: try row.word("time_in_force"), status: try row.word("status"),
            brokerOrderID: try row.get("broker_order_id"), placedAt: try row.get("placed_at"),
            attempt: try row.get("attempt"), sentAt: try row.get("sent_at"),
            reasonCode: try row.get("reason_code"), reason: try row.get("reason"),
            exits: BracketExits(
                takeProfit: try row.get("take_profit", as: Decimal?.self).map(Money.init),
                stopLoss: try row.get("stop_loss", as: Decimal?.self).map(Money.init)),
            entry: try EntryReference(row),
            replacesBrokerOrderID: try row.get("replaces_broker_order_id"))
    }
}

extension EntryReference {
    init?(_ row: Row) throws(PostgresError) {
        guard let id = try row.get("entry_id", as: Int64?.self) else { return nil }
        self.init(
            id: id, clientOrderID: try row.get("entry_client_order_id"),
            isNamed: try row.get("legs_are_named"))
    }
}

extension Row {
    /// A column whose texts are the cases of an enum.
    func word<Word: RawRepresentable<String>>(
        _ name: String, as: Word.Type = Word.self
    ) throws(PostgresError) -> Word {
        let text: String = try get(name)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(.decoding, "column \(name): '\(text)' is no \(Word.self)")
        }
        return word
    }

    func symbol(_ name: String) throws(PostgresError) -> Symbol {
        let text: String = try get(name)
        do {
            return try Symbol(text)
        } catch {
            throw PostgresError(.decoding, "column \(name): \(error.description)")
        }
    }
}
