internal import Foundation
internal import Trading

/// Binance's market streams of USD-margined perpetuals: best prices and candles.
///
/// Each is told at an address of its own since the older common one was retired on 2026-04-23
/// (Binance, "Important WebSocket Change Notice: Base URL Split & Migration", 2026-03-06).
package struct BinanceStream: MarketStream {
    package static let base = "wss://fstream.binance.com"
    package let provider = "binance"
    private let endpoint: StreamEndpoint

    package init(endpoint: StreamEndpoint) { self.endpoint = endpoint }

    package func tells(_ interval: BarInterval, hasSessions: Bool) -> Bool { !hasSessions }

    package func channels(_ wishes: [StreamWish]) -> [StreamChannel] {
        let prices = wishes.map { StreamWish($0.symbol, []) }
        let candles = wishes.filter { !$0.intervals.isEmpty }
        return channels(prices, at: "/public/ws") { BinanceTalk(prices: $0) }
            + channels(candles, at: "/market/ws") { BinanceTalk(candles: $0) }
    }

    /// A connection tells 1024 streams; a few less leave room.
    private func channels(
        _ wishes: [StreamWish], at path: String, _ talk: ([StreamWish]) -> BinanceTalk
    ) -> [StreamChannel] {
        wishes.pieces(of: 1000 / BarInterval.allCases.count).map { part in
            StreamChannel(
                provider: provider, url: endpoint.base + path, wishes: Array(part),
                talk: talk(Array(part)))
        }
    }
}

struct BinanceTalk: StreamTalk {
    let heartbeat: StreamHeartbeat? = nil
    let greeting: [String]
    private var prices: StreamPrices

    /// What is said at the address of public data.
    init(prices wishes: [StreamWish]) {
        self.init(wishes, asking: wishes.map { "\(Self.name($0))@bookTicker" })
    }

    /// What is said at the address of market data.
    init(candles wishes: [StreamWish]) {
        self.init(
            wishes,
            asking: wishes.flatMap { wish in
                wish.intervals.map { "\(Self.name(wish))@kline_\($0.rawValue)" }
            })
    }

    private static func name(_ wish: StreamWish) -> String { wish.symbol.name.lowercased() }

    private init(_ wishes: [StreamWish], asking streams: [String]) {
        prices = StreamPrices(wishes)
        greeting = [
            JSONValue.object([
                "method": "SUBSCRIBE", "params": .array(streams.map { .string($0) }), "id": 1,
            ]).text()
        ]
    }

    mutating func hear(_ text: String) -> [StreamTold] {
        guard let value = try? JSONValue(parsing: text), value.object != nil else {
            return [.odd("what it tells is no JSON")]
        }
        if let told = answer(value) { return [told] }
        switch value["e"]?.string {
        case "bookTicker":
            let told = prices.quote(
                value["s"]?.string,
                at: MarketWire.milliseconds(value["T"]) ?? MarketWire.milliseconds(value["E"]),
                bid: value["b"], ask: value["a"], raw: value)
            return told.map { [$0] } ?? []
        case "kline": return bar(value)
        case .some: return []
        case nil: return [.odd("what it tells has no event")]
        }
    }

    /// To our one request.
    private func answer(_ value: JSONValue) -> StreamTold? {
        let error = value["error"]
        let code = error?["code"]?.int ?? value["code"]?.int
        if let code {
            let message = (error?["msg"] ?? value["msg"])?.string ?? "no reason"
            return .refused(
                MarketDataError(.notOffered, "binance", "\(code): \(message.prefix(200))"))
        }
        return value["id"]?.int == 1 ? .live : nil
    }

    private func bar(_ value: JSONValue) -> [StreamTold] {
        guard let candle = value["k"], candle.object != nil,
            let interval = candle["i"]?.string.flatMap({ BarInterval(rawValue: $0) })
        else { return [.odd("a candle has no interval")] }
        guard let wish = prices.wish(value["s"]?.string), candle["x"]?.bool == true else {
            return []
        }
        func text(_ name: String) -> String? { MarketWire.text(candle[name]) }
        let bar = BarTexts(
            open: text("o"), high: text("h"), low: text("l"), close: text("c"), volume: text("v"))
        let row = VendorRow(
            time: MarketWire.milliseconds(candle["t"]), content: .bar(bar), raw: value.text())
        return [.bar(StreamBar(symbol: wish.symbol, interval: interval, row: row))]
    }
}
