import Foundation
import Providers
import Trading

/// What a broker says of a whole account at one moment, in the words of `trade.reconcile`.
struct BrokerState: Encodable, Equatable {
    struct OrderEntry: Encodable, Equatable {
        let clientOrderID: String
        let brokerOrderID: String
        let symbol: Symbol
        let side: Side
        let quantity: Quantity
        let type: String
        let limitPrice: Money?
        let stopPrice: Money?
        let timeInForce: String
        let status: String
        let entry: String?

        enum CodingKeys: String, CodingKey {
            case symbol, side, quantity, type, status, entry
            case clientOrderID = "client_order_id"
            case brokerOrderID = "broker_order_id"
            case limitPrice = "limit_price"
            case stopPrice = "stop_price"
            case timeInForce = "time_in_force"
        }

        init(_ entry: BrokerOrderEntry) {
            clientOrderID = entry.clientOrderID
            brokerOrderID = entry.known.brokerOrderID
            symbol = entry.symbol
            side = entry.side
            quantity = entry.quantity
            type = entry.type
            limitPrice = entry.limitPrice
            stopPrice = entry.stopPrice
            timeInForce = entry.timeInForce
            status = entry.known.status.rawValue
            self.entry = entry.entryClientOrderID
        }
    }

    struct FillEntry: Encodable, Equatable {
        let brokerFillID: String
        let brokerOrderID: String
        let symbol: Symbol
        let side: Side
        let quantity: Quantity
        let price: Money
        let fee: Money
        let filledAt: String

        enum CodingKeys: String, CodingKey {
            case symbol, side, quantity, price, fee
            case brokerFillID = "broker_fill_id"
            case brokerOrderID = "broker_order_id"
            case filledAt = "filled_at"
        }

        init(_ entry: BrokerFillEntry) {
            brokerFillID = entry.fill.id
            brokerOrderID = entry.brokerOrderID
            symbol = entry.symbol
            side = entry.side
            quantity = entry.fill.quantity
            price = entry.fill.price
            fee = entry.fill.fee
            filledAt = Timestamp.text(entry.fill.time)
        }
    }

    struct PositionEntry: Encodable, Equatable {
        let symbol: Symbol
        let quantity: Quantity
        let averageCost: Money

        enum CodingKeys: String, CodingKey {
            case symbol, quantity
            case averageCost = "average_cost"
        }
    }

    struct MovementEntry: Encodable, Equatable {
        let id: String
        let kind: String
        let amount: Money
        let at: String
        let note: String

        init(_ movement: BrokerMovement) {
            id = movement.id
            kind = movement.kind.rawValue
            amount = movement.amount
            at = Timestamp.text(movement.time)
            note = movement.note
        }
    }

    /// When it was begun to ask, by the database's clock.
    let askedAt: String
    /// All open orders are among them.
    let complete = true
    let orders: [OrderEntry]
    let fills: [FillEntry]
    let positions: [PositionEntry]
    let activities: [MovementEntry]
    let cash: Money

    private static let tries = 5

    /// Asks a broker for everything after a time.
    ///
    /// Positions without the fill that made them would look like a difference. So orders and fills are
    /// read before and after them, until nothing has moved meanwhile.
    static func read(
        _ broker: any BrokerBook, after time: Date, askedAt: Date
    ) async throws(BrokerError) -> BrokerState {
        var before = try await moving(broker, time)
        for _ in 0..<tries {
            let positions = try await broker.positions().map {
                PositionEntry(
                    symbol: $0.symbol, quantity: $0.quantity, averageCost: $0.averagePrice)
            }
            let cash = try await broker.account().cash
            let after = try await moving(broker, time)
            if before == after {
                return BrokerState(
                    askedAt: askedAt, moving: after, positions: positions, cash: cash)
            }
            before = after
        }
        throw BrokerError(broker: broker.name, "the account moved whenever it was looked at")
    }

    private struct Moving: Equatable {
        let orders: [OrderEntry]
        let fills: [FillEntry]
        let activities: [MovementEntry]
    }

    private static func moving(
        _ broker: any BrokerBook, _ time: Date
    ) async throws(BrokerError) -> Moving {
        let orders = try await broker.orders(after: time).map(OrderEntry.init)
        let fills = try await broker.fills(after: time).map(FillEntry.init)
        let activities = try await broker.movements(after: time).map(MovementEntry.init)
        return Moving(orders: orders, fills: fills, activities: activities)
    }

    private init(askedAt: Date, moving: Moving, positions: [PositionEntry], cash: Money) {
        self.askedAt = Timestamp.text(askedAt)
        orders = moving.orders
        fills = moving.fills
        activities = moving.activities
        self.positions = positions
        self.cash = cash
    }

    enum CodingKeys: String, CodingKey {
        case complete, orders, fills, positions, activities, cash
        case askedAt = "asked_at"
    }
}
