internal import Foundation
import Trading

/// Alpaca's JSON; its numbers are texts.
enum AlpacaWire {
    static func body(_ order: Order) -> JSONValue {
        var body: JSONObject = [
            "symbol": .string(symbol(order.symbol)), "qty": .string(order.quantity.description),
            "side": .string(order.side.rawValue), "type": .string(order.type.rawValue),
            "client_order_id": .string(order.clientOrderID),
            // Coins are traded all day: they know no `day`.
            "time_in_force": .string(
                order.symbol.isCryptoPair && order.timeInForce == .day
                    ? "gtc" : order.timeInForce.rawValue),
        ]
        body["limit_price"] = order.limitPrice.map { .string($0.description) }
        body["stop_price"] = order.stopPrice.map { .string($0.description) }
        if let exits = order.exits {
            let isWhole = exits.takeProfit != nil && exits.stopLoss != nil
            body["order_class"] = .string(isWhole ? "bracket" : "oto")
            body["take_profit"] = exits.takeProfit.map {
                .object(["limit_price": .string($0.description)])
            }
            body["stop_loss"] = exits.stopLoss.map {
                .object(["stop_price": .string($0.description)])
            }
        }
        return .object(body)
    }

    /// What a leg of a bracket is to become; its quantity is the broker's.
    static func replacement(_ order: Order) -> JSONValue {
        var body: JSONObject = ["client_order_id": .string(order.clientOrderID)]
        body["limit_price"] = order.limitPrice.map { .string($0.description) }
        body["stop_price"] = order.stopPrice.map { .string($0.description) }
        return .object(body)
    }

    /// `BTC-USD` is `BTC/USD` there.
    static func symbol(_ symbol: Symbol) -> String {
        symbol.isCryptoPair ? symbol.text.replacing("-", with: "/") : symbol.text
    }

    /// - Parameter isCrypto: positions in coins come as `BTCUSD`.
    static func symbol(_ text: String, isCrypto: Bool) -> Symbol? {
        var ours = text.replacing("/", with: "-")
        if isCrypto, !ours.contains("-"), ours.hasSuffix("USD") {
            ours = ours.dropLast(3) + "-USD"
        }
        return try? Symbol(ours)
    }

    static func order(_ value: JSONValue, _ line: AlpacaLine) throws(BrokerError) -> BrokerOrder {
        guard let id = value["id"]?.string, let word = value["status"]?.string,
            let status = status(word)
        else { throw line.error("an order cannot be read") }
        return BrokerOrder(
            brokerOrderID: id, status: status,
            reason: status == .accepted || status == .filled ? nil : "alpaca says \(word)",
            quantity: number(value["qty"]).map(Quantity.init),
            legs: try (value["legs"]?.array ?? []).map { leg throws(BrokerError) in
                try self.leg(leg, line)
            })
    }

    static func leg(_ value: JSONValue, _ line: AlpacaLine) throws(BrokerError) -> BrokerLeg {
        guard let client = value["client_order_id"]?.string, let id = value["id"]?.string,
            let side = value["side"]?.string.flatMap(Side.init),
            let quantity = number(value["qty"]),
            let type = value["type"]?.string.flatMap(OrderType.init),
            let time = value["time_in_force"]?.string.flatMap(TimeInForce.init)
        else { throw line.error("a leg of a bracket cannot be read") }
        return BrokerLeg(
            clientOrderID: client, brokerOrderID: id, side: side, quantity: Quantity(quantity),
            type: type, limitPrice: number(value["limit_price"]).map(Money.init),
            stopPrice: number(value["stop_price"]).map(Money.init), timeInForce: time)
    }

    static func status(_ word: String) -> BrokerOrder.Status? {
        switch word {
        case "new", "accepted", "pending_new", "partially_filled", "accepted_for_bidding",
            "pending_cancel", "pending_replace", "pending_review", "stopped", "suspended",
            "calculated", "held", "done_for_day":
            .accepted
        case "filled": .filled
        // What replaced it has another id: for us this one is over.
        case "canceled", "replaced": .canceled
        case "expired": .expired
        case "rejected": .rejected
        default: nil
        }
    }

    static func fill(_ value: JSONValue, _ line: AlpacaLine) throws(BrokerError) -> Fill {
        guard let id = value["id"]?.string, let quantity = number(value["qty"]),
            let price = number(value["price"]), quantity > 0, price > 0,
            let time = value["transaction_time"]?.string.flatMap(time)
        else { throw line.error("a fill cannot be read") }
        // Commissions are none; fees of coins come as activities of their own.
        return Fill(
            id: id, quantity: Quantity(quantity), price: Money(price), fee: 0, time: time)
    }

    static func number(_ value: JSONValue?) -> Decimal? {
        guard let text = value?.string ?? value?.numberText,
            let number = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")),
            !number.isNaN
        else { return nil }
        return number
    }

    /// Times come with up to nine places; ours have six.
    static func time(_ text: String) -> Date? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return Timestamp.parse(text) }
        let digits = parts[1].prefix { $0.isASCII && $0.isNumber }
        return Timestamp.parse("\(parts[0]).\(digits.prefix(6))\(parts[1].dropFirst(digits.count))")
    }
}
