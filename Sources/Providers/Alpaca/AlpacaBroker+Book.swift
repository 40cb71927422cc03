package import Foundation
package import Trading

extension AlpacaBroker: BrokerBook {
    package func account() async throws(BrokerError) -> BrokerAccount {
        let value = try await line.get("/v2/account")
        guard let cash = AlpacaWire.number(value["cash"]),
            let equity = AlpacaWire.number(value["equity"]),
            let currency = value["currency"]?.string, let status = value["status"]?.string
        else { throw line.error("the account cannot be read") }
        let isBlocked =
            status != "ACTIVE" || value["trading_blocked"]?.bool != false
            || value["account_blocked"]?.bool != false
        return BrokerAccount(
            currency: currency, cash: Money(cash), equity: Money(equity), isBlocked: isBlocked)
    }

    package func positions() async throws(BrokerError) -> [BrokerPosition] {
        try await list("/v2/positions").map { value throws(BrokerError) in
            guard let text = value["symbol"]?.string,
                let symbol = AlpacaWire.symbol(
                    text, isCrypto: value["asset_class"]?.string == "crypto"),
                let quantity = AlpacaWire.number(value["qty"]),
                let price = AlpacaWire.number(value["avg_entry_price"])
            else { throw line.error("a position cannot be read") }
            return BrokerPosition(
                symbol: symbol, quantity: Quantity(quantity), averagePrice: Money(price))
        }
    }

    package func orders(after: Date) async throws(BrokerError) -> [BrokerOrderEntry] {
        var found: [String: BrokerOrderEntry] = [:]
        for value in try await list(Self.standing) {
            let entry = try entry(value)
            found[entry.known.brokerOrderID] = entry
        }
        // Page by page: the next begins after the last one's time.
        var from = Timestamp.text(after)
        while true {
            let page = try await list(
                "/v2/orders?status=all&direction=asc&limit=500&nested=true&after="
                    + AlpacaLine.encoded(from))
            for value in page {
                let whole = try entry(value)
                found[whole.known.brokerOrderID] = whole
                // Only below its entry a leg says to which it belongs.
                for leg in value["legs"]?.array ?? [] {
                    let part = try entry(leg, of: whole.clientOrderID)
                    found[part.known.brokerOrderID] = part
                }
            }
            guard page.count == 500, let last = page.last?["submitted_at"]?.string, last != from
            else { break }
            from = last
        }
        return found.values.sorted { $0.clientOrderID < $1.clientOrderID }
    }

    private static let standing = "/v2/orders?status=open&limit=500"

    package func standingOrders() async throws(BrokerError) -> [BrokerOrderEntry] {
        try await list(Self.standing).map { value throws(BrokerError) in try entry(value) }
    }

    /// Kinds of activities that move money; those of coins' fees come in coins and move none.
    private static let capitalKinds: Set<String> = ["CSD", "CSW", "JNLC", "ACATC"]
    private static let incomeKinds: Set<String> = [
        "DIV", "DIVCGL", "DIVCGS", "DIVNRA", "DIVROC", "DIVTXEX", "INT", "INTNRA", "INTTW", "FEE",
    ]

    package func movements(after: Date) async throws(BrokerError) -> [BrokerMovement] {
        let kinds = Self.capitalKinds.union(Self.incomeKinds).sorted().joined(separator: ",")
        let values = try await pages(
            "/v2/account/activities?direction=asc&activity_types=\(kinds)", after: after)
        var found: [BrokerMovement] = []
        for value in values {
            guard let id = value["id"]?.string, let kind = value["activity_type"]?.string,
                let amount = AlpacaWire.number(value["net_amount"]),
                let time = value["date"]?.string.flatMap({ Timestamp.parse($0 + "T00:00:00Z") })
            else { throw line.error("a movement of money cannot be read") }
            guard amount != 0 else { continue }
            let note = [kind, value["description"]?.string ?? ""].filter { !$0.isEmpty }
            found.append(
                BrokerMovement(
                    id: id, kind: Self.capitalKinds.contains(kind) ? .capital : .income,
                    amount: Money(amount), time: time, note: note.joined(separator: " ")))
        }
        return found
    }

    package func asset(_ symbol: Symbol) async throws(BrokerError) -> BrokerAsset? {
        let path = "/v2/assets/" + AlpacaLine.encoded(AlpacaWire.symbol(symbol))
        switch try await line.ask(.get, path) {
        case .value(let value):
            guard let isTradable = value["tradable"]?.bool,
                let isFractional = value["fractionable"]?.bool,
                let isShortable = value["shortable"]?.bool, let status = value["status"]?.string
            else { throw line.error("an asset cannot be read") }
            return BrokerAsset(
                symbol: symbol, isTradable: isTradable && status == "active",
                isFractional: isFractional, isShortable: isShortable)
        case .refused(404, _): return nil
        case .refused(let status, let reason): throw line.error("status \(status): \(reason)")
        }
    }

    private func entry(
        _ value: JSONValue, of entry: String? = nil
    ) throws(BrokerError) -> BrokerOrderEntry {
        guard let client = value["client_order_id"]?.string, let symbol = symbol(value),
            let type = value["type"]?.string, let time = value["time_in_force"]?.string,
            let side = value["side"]?.string.flatMap(Side.init),
            // An order by amount has no quantity until it is filled.
            let quantity = AlpacaWire.number(value["qty"])
                ?? AlpacaWire.number(value["filled_qty"])
        else { throw line.error("an order cannot be read") }
        return BrokerOrderEntry(
            clientOrderID: client, symbol: symbol, side: side, quantity: Quantity(quantity),
            type: type, limitPrice: AlpacaWire.number(value["limit_price"]).map(Money.init),
            stopPrice: AlpacaWire.number(value["stop_price"]).map(Money.init), timeInForce: time,
            known: try AlpacaWire.order(value, line), entryClientOrderID: entry)
    }

    package func fills(after: Date) async throws(BrokerError) -> [BrokerFillEntry] {
        try await activities(after: after).map { value throws(BrokerError) in
            guard let order = value["order_id"]?.string, let symbol = symbol(value),
                // A short sale says so: for the books it is a sale.
                let side = value["side"]?.string.flatMap({
                    Side(rawValue: $0 == "sell_short" ? "sell" : $0)
                })
            else { throw line.error("a fill cannot be read") }
            return BrokerFillEntry(
                brokerOrderID: order, symbol: symbol, side: side,
                fill: try AlpacaWire.fill(value, line))
        }
    }

    package func clock() async throws(BrokerError) -> BrokerClock {
        let value = try await line.get("/v2/clock")
        guard let now = value["timestamp"]?.string.flatMap(AlpacaWire.time),
            let isOpen = value["is_open"]?.bool
        else { throw line.error("the clock cannot be read") }
        return BrokerClock(now: now, isOpen: isOpen)
    }

    private func symbol(_ value: JSONValue) -> Symbol? {
        value["symbol"]?.string.flatMap {
            AlpacaWire.symbol($0, isCrypto: value["asset_class"]?.string == "crypto")
        }
    }

    private func list(_ path: String) async throws(BrokerError) -> [JSONValue] {
        guard let list = try await line.get(path).array else {
            throw line.error("the answer is no list")
        }
        return list
    }
}
