internal import Foundation
package import Trading

/// Alpaca as a broker: US equities and coins, by its trading interface of version 2.
///
/// An order is posted once and never blindly again: what is not clear is `BrokerError`, and the
/// order is then asked for by its client order id (see `BrokerSubmission`).
package struct AlpacaBroker: Broker {
    package let name = AlpacaLine.name
    let line: AlpacaLine

    /// Whether it trades real money.
    package var isLive: Bool { line.endpoint.isLive }

    /// Where it says when something became of an order.
    package var tradeUpdates: AlpacaTradeUpdates { AlpacaTradeUpdates(line.endpoint) }

    package init(endpoint: AlpacaEndpoint, client: HTTPClient) {
        line = AlpacaLine(endpoint: endpoint, client: client)
    }

    /// Alpaca's documents of 2025 allow no longer client order ids.
    private static let longestID = 48

    package func submit(_ order: Order) async throws(BrokerError) -> SubmitAnswer {
        guard order.clientOrderID.utf8.count <= Self.longestID else {
            return .rejected(reason: "the client order id is longer than \(Self.longestID)")
        }
        let answer =
            if let old = order.replacesBrokerOrderID {
                try await line.ask(
                    .patch, "/v2/orders/\(AlpacaLine.encoded(old))",
                    body: AlpacaWire.replacement(order))
            } else {
                try await line.ask(.post, "/v2/orders", body: AlpacaWire.body(order))
            }
        switch answer {
        case .value(let value):
            guard let id = value["id"]?.string else { throw line.error("the order has no id") }
            return .accepted(brokerOrderID: id)
        case .refused(_, let reason) where reason.contains("client_order_id must be unique"):
            return .duplicate
        case .refused(let status, let reason):
            return .rejected(reason: "\(reason) (status \(status))")
        }
    }

    package func order(clientOrderID: String) async throws(BrokerError) -> BrokerOrder? {
        guard let value = try await found(clientOrderID) else { return nil }
        // By its own id alone a bracket comes with its legs.
        guard let kind = value["order_class"]?.string, ["bracket", "oto"].contains(kind),
            value["legs"]?.array == nil, let id = value["id"]?.string
        else { return try AlpacaWire.order(value, line) }
        return try AlpacaWire.order(
            try await line.get("/v2/orders/\(AlpacaLine.encoded(id))?nested=true"), line)
    }

    /// Fills come from the account's activities: the order itself has only their sum.
    package func fills(clientOrderID: String) async throws(BrokerError) -> [Fill] {
        guard let order = try await found(clientOrderID), let id = order["id"]?.string else {
            return []
        }
        guard order["filled_qty"]?.string != "0" else { return [] }
        // A moment earlier, for the interface leaves out the moment itself.
        let placed = order["submitted_at"]?.string ?? order["created_at"]?.string
        let after = placed.flatMap { AlpacaWire.time($0) }?.addingTimeInterval(-1)
        return try await activities(after: after)
            .filter { $0["order_id"]?.string == id }
            .map { value throws(BrokerError) in try AlpacaWire.fill(value, line) }
    }

    package func cancel(clientOrderID: String) async throws(BrokerError) -> CancelAnswer {
        guard let order = try await found(clientOrderID), let id = order["id"]?.string else {
            return .notFound
        }
        switch try await line.ask(.delete, "/v2/orders/\(AlpacaLine.encoded(id))") {
        case .value: return .canceled
        case .refused(404, _): return .notFound
        case .refused(_, let reason): return .refused(reason: reason)
        }
    }

    private func found(_ clientOrderID: String) async throws(BrokerError) -> JSONValue? {
        let path =
            "/v2/orders:by_client_order_id?client_order_id=" + AlpacaLine.encoded(clientOrderID)
        switch try await line.ask(.get, path) {
        case .value(let value): return value
        case .refused(404, _): return nil
        case .refused(let status, let reason):
            throw line.error("status \(status): \(reason)")
        }
    }

    /// All fills of the account after a time, oldest first.
    func activities(after: Date?) async throws(BrokerError) -> [JSONValue] {
        try await pages("/v2/account/activities/FILL?direction=asc", after: after)
    }

    /// All of a list of activities, oldest first, page by page.
    func pages(_ start: String, after: Date?) async throws(BrokerError) -> [JSONValue] {
        let size = 100
        var all: [JSONValue] = []
        var page = ""
        while true {
            var path = start + "&page_size=\(size)" + page
            if let after { path += "&after=" + AlpacaLine.encoded(Timestamp.text(after)) }
            guard let part = try await line.get(path).array else {
                throw line.error("the activities are no list")
            }
            all += part
            guard part.count == size, let last = part.last?["id"]?.string else { return all }
            page = "&page_token=" + AlpacaLine.encoded(last)
        }
    }
}
