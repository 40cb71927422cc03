internal import Foundation
internal import Trading

/// Alpaca's streams: quotes, trades and minute bars of US equities and coins.
package struct AlpacaStream: MarketStream {
    package static let base = "wss://stream.data.alpaca.markets"
    package let provider = "alpaca"
    private let endpoint: StreamEndpoint
    private let keyID: APIKey
    private let secret: APIKey
    private let feed: String

    package init(endpoint: StreamEndpoint, keyID: APIKey, secret: APIKey, feed: String = "iex") {
        self.endpoint = endpoint
        self.keyID = keyID
        self.secret = secret
        self.feed = feed
    }

    package func tells(_ interval: BarInterval, hasSessions: Bool) -> Bool { interval == .minute }

    /// One connection for shares and one for coins: more are refused.
    package func channels(_ wishes: [StreamWish]) -> [StreamChannel] {
        [true, false].compactMap { isStock in
            let part = wishes.filter { $0.symbol.hasSessions == isStock }
            if part.isEmpty { return nil }
            return StreamChannel(
                provider: provider,
                url: endpoint.base + (isStock ? "/v2/\(feed)" : "/v1beta3/crypto/us"),
                wishes: part, talk: AlpacaTalk(part, keyID: keyID, secret: secret))
        }
    }
}

/// It greets first; then come key, topics, and prices.
struct AlpacaTalk: StreamTalk {
    let greeting: [String] = []
    let heartbeat: StreamHeartbeat? = nil
    private let wishes: [StreamWish]
    private let keyID: APIKey
    private let secret: APIKey
    private var prices: StreamPrices

    init(_ wishes: [StreamWish], keyID: APIKey, secret: APIKey) {
        self.wishes = wishes
        self.keyID = keyID
        self.secret = secret
        prices = StreamPrices(wishes)
    }

    mutating func hear(_ text: String) -> [StreamTold] {
        guard let items = (try? JSONValue(parsing: text))?.array else {
            return [.odd("what it tells is no list")]
        }
        var told: [StreamTold] = []
        for item in items { told += hear(item) }
        return told
    }

    private mutating func hear(_ item: JSONValue) -> [StreamTold] {
        let name = item["S"]?.string
        let time = item["t"]?.string.flatMap(AlpacaWire.time)
        switch item["T"]?.string {
        case "success": return [item["msg"]?.string == "connected" ? .say(login) : .say(topics)]
        case "subscription": return [.live]
        case "error": return [.refused(refusal(item))]
        case "q":
            let quote = prices.quote(name, at: time, bid: item["bp"], ask: item["ap"], raw: item)
            return quote.map { [$0] } ?? []
        case "t":
            let quote = prices.quote(name, at: time, last: item["p"], raw: item)
            return quote.map { [$0] } ?? []
        case "b": return bar(item, name, time)
        case .some: return []
        case nil: return [.odd("what it tells has no type")]
        }
    }

    private var login: String {
        JSONValue.object([
            "action": "auth", "key": .string(keyID.reveal()), "secret": .string(secret.reveal()),
        ]).text()
    }

    private var topics: String {
        func names(_ wishes: [StreamWish]) -> JSONValue {
            .array(wishes.map { .string($0.symbol.name) })
        }
        return JSONValue.object([
            "action": "subscribe", "quotes": names(wishes), "trades": names(wishes),
            "bars": names(wishes.filter { $0.intervals.contains(.minute) }),
        ]).text()
    }

    private func bar(_ item: JSONValue, _ name: String?, _ time: Date?) -> [StreamTold] {
        guard let wish = prices.wish(name), wish.intervals.contains(.minute) else { return [] }
        func text(_ name: String) -> String? { MarketWire.text(item[name]) }
        let bar = BarTexts(
            open: text("o"), high: text("h"), low: text("l"), close: text("c"), volume: text("v"))
        let row = VendorRow(time: time, content: .bar(bar), raw: item.text())
        return [.bar(StreamBar(symbol: wish.symbol, interval: .minute, row: row))]
    }

    /// 401 to 404: the key; 405, 406, 409: what was paid for; 407: we are too slow; 500: it failed.
    private func refusal(_ item: JSONValue) -> MarketDataError {
        let code = item["code"]?.int ?? 0
        let meaning: MarketDataError.Code =
            switch code {
            case 401, 402, 403, 409: .refused
            case 405: .notOffered
            case 406: .throttled
            case 404, 407: .timeout
            case 400, 410: .notOffered
            default: .server
            }
        var message = "\(code): \(item["msg"]?.string ?? "no reason")"
        for key in [keyID, secret] { message = key.redacted(message) }
        return MarketDataError(meaning, "alpaca", String(message.prefix(200)))
    }
}
