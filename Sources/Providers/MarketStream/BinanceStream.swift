internal import Foundation
internal import Trading

/// Binance's market streams of USD-margined perpetuals: best prices and candles.
package struct BinanceStream: MarketStream {
    package static let base = "wss://fstream.binance.com"
    package let provider = "binance"
    private let endpoint: StreamEndpoint

    package init(endpoint: StreamEndpoint) { self.endpoint = endpoint }

    package func tells(_ interval: BarInterval, hasSessions: Bool) -> Bool { !hasSessions }

    /// A connection tells 1024 streams; a few less leave room.
    package func channels(_ wishes: [StreamWish]) -> [StreamChannel] {
        let most = 1 + BarInterval.allCases.count
        return wishes.pieces(of: 1000 / most).map { part in
            StreamChannel(
                provider: provider, url: endpoint.base + "/ws", wishes: Array(part),
                talk: BinanceTalk(Array(part)))
        }
    }
}

struct BinanceTalk: StreamTalk {
    let heartbeat: StreamHeartbeat? = nil
    let greeting: [String]
    private var prices: StreamPrices

    init(_ wishes: [StreamWish]) {
        prices = StreamPrices(wishes)
        let streams = wishes.flatMap { wish in
            let name = wish.symbol.name.lowercased()
            return ["\(name)@bookTicker"] + wish.intervals.map { "\(name)@kline_\($0.rawValue)" }
        }
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
