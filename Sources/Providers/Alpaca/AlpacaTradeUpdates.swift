internal import Foundation

/// Alpaca's trade updates: it says when something became of an order of the account.
///
/// What became of it is asked for as ever: a message may be lost or come twice, the book is right.
/// Source: Alpaca, "Websocket Streaming".
package struct AlpacaTradeUpdates: Sendable {
    package let url: String
    private let keyID: APIKey
    private let secret: APIKey

    package init(_ endpoint: AlpacaEndpoint) {
        // https becomes wss, and http of this machine ws.
        url = "ws" + endpoint.base.dropFirst("http".count) + "/stream"
        keyID = endpoint.keyID
        secret = endpoint.secret
    }

    /// What a text meant.
    package enum Told: Equatable, Sendable {
        /// To be answered with this.
        case say(String)
        /// Everything is told from now on.
        case live
        /// Something became of the order with this client order id.
        case order(String)
        /// The keys are not accepted.
        case refused
        /// Nothing that Alpaca's documents know; it is passed over.
        case odd(String)
    }

    /// What is said first.
    package var greeting: String {
        JSONValue.object([
            "action": "auth", "key": .string(keyID.reveal()), "secret": .string(secret.reveal()),
        ]).text()
    }

    package func meaning(of text: String) -> Told {
        guard let message = try? JSONValue(parsing: text) else {
            return .odd("what it tells is no JSON")
        }
        let data = message["data"]
        switch message["stream"]?.string {
        case "authorization":
            return data?["status"]?.string == "authorized" ? .say(Self.topic) : .refused
        case "listening":
            let topics = data?["streams"]?.array?.compactMap(\.string) ?? []
            return topics.contains("trade_updates") ? .live : .refused
        case "trade_updates":
            guard let id = data?["order"]?["client_order_id"]?.string else {
                return .odd("an update names no order")
            }
            return .order(id)
        case let stream: return .odd("it tells of \(stream?.prefix(40) ?? "nothing known")")
        }
    }

    private static let topic = JSONValue.object([
        "action": "listen", "data": .object(["streams": .array([.string("trade_updates")])]),
    ]).text()
}
