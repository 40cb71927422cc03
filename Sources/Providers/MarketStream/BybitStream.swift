internal import Foundation
internal import Trading

/// Bybit's public streams of linear perpetuals, version 5: tickers and candles.
package struct BybitStream: MarketStream {
    package static let base = "wss://stream.bybit.com"
    package let provider = "bybit"
    private let endpoint: StreamEndpoint

    package init(endpoint: StreamEndpoint) { self.endpoint = endpoint }

    package func tells(_ interval: BarInterval, hasSessions: Bool) -> Bool { !hasSessions }

    /// The list of a connection's topics is at most 21,000 characters long.
    package func channels(_ wishes: [StreamWish]) -> [StreamChannel] {
        wishes.pieces(of: 80).map { part in
            StreamChannel(
                provider: provider, url: endpoint.base + "/v5/public/linear",
                wishes: Array(part), talk: BybitTalk(Array(part)))
        }
    }
}

struct BybitTalk: StreamTalk {
    let heartbeat: StreamHeartbeat? = StreamHeartbeat(
        every: .seconds(20), text: #"{"op":"ping"}"#)
    let greeting: [String]
    private var prices: StreamPrices
    /// Symbols whose request is not answered yet: one that is unknown refuses its own alone.
    private var asked: Set<String>
    private var isAnyTold = false

    init(_ wishes: [StreamWish]) {
        prices = StreamPrices(wishes)
        asked = Set(wishes.map(\.symbol.name))
        greeting = wishes.map { wish in
            let name = wish.symbol.name
            let topics =
                ["tickers.\(name)"]
                + wish.intervals.map { "kline.\(BybitMarketData.interval($0)).\(name)" }
            return JSONValue.object([
                "op": "subscribe", "args": .array(topics.map { .string($0) }),
                "req_id": .string(name),
            ]).text()
        }
    }

    mutating func hear(_ text: String) -> [StreamTold] {
        guard let value = try? JSONValue(parsing: text), value.object != nil else {
            return [.odd("what it tells is no JSON")]
        }
        if let answer = value["op"]?.string { return self.answer(answer, value) }
        guard let topic = value["topic"]?.string else {
            return [.odd("what it tells has no topic")]
        }
        let parts = topic.split(separator: ".")
        switch (parts.first, parts.count) {
        case ("tickers", 2): return ticker(value, String(parts[1]))
        case ("kline", 3): return bars(value, String(parts[1]), String(parts[2]))
        default: return []
        }
    }

    private mutating func answer(_ operation: String, _ value: JSONValue) -> [StreamTold] {
        guard operation == "subscribe" else { return [] }
        let name = value["req_id"]?.string ?? ""
        guard asked.remove(name) != nil else { return [.odd("it answers what was not asked")] }
        let message = String((value["ret_msg"]?.string ?? "no reason").prefix(200))
        var told: [StreamTold] = []
        if value["success"]?.bool == true {
            isAnyTold = true
        } else if !asked.isEmpty || isAnyTold {
            told.append(.odd("it does not tell \(name): \(message)"))
        }
        if asked.isEmpty {
            told.append(
                isAnyTold ? .live : .refused(MarketDataError(.notOffered, "bybit", message)))
        }
        return told
    }

    /// A snapshot says all, a delta what has changed since.
    private mutating func ticker(_ value: JSONValue, _ name: String) -> [StreamTold] {
        guard let data = value["data"], data.object != nil else {
            return [.odd("a ticker has no data")]
        }
        if value["type"]?.string == "snapshot" { prices.forget(name) }
        let told = prices.quote(
            name, at: MarketWire.milliseconds(value["ts"]), bid: data["bid1Price"],
            ask: data["ask1Price"], last: data["lastPrice"], raw: value)
        return told.map { [$0] } ?? []
    }

    private func bars(_ value: JSONValue, _ length: String, _ name: String) -> [StreamTold] {
        guard
            let interval = BarInterval.allCases.first(where: {
                BybitMarketData.interval($0) == length
            }), let candles = value["data"]?.array
        else { return [.odd("a candle has no interval or no data")] }
        guard let wish = prices.wish(name) else { return [] }
        return candles.filter { $0["confirm"]?.bool == true }.map { candle in
            func text(_ name: String) -> String? { MarketWire.text(candle[name]) }
            let bar = BarTexts(
                open: text("open"), high: text("high"), low: text("low"), close: text("close"),
                volume: text("volume"))
            let row = VendorRow(
                time: MarketWire.milliseconds(candle["start"]), content: .bar(bar),
                raw: candle.text())
            return .bar(StreamBar(symbol: wish.symbol, interval: interval, row: row))
        }
    }
}
