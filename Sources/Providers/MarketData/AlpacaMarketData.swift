package import Foundation
internal import Trading

/// Alpaca's market data: bars and quotes of US equities and coins.
package struct AlpacaMarketData: MarketData {
    package static let base = "https://data.alpaca.markets"
    package let provider = "alpaca"
    package let quoteBatch = 100
    private let line: MarketLine
    /// Whose prices of equities: `iex`, or `sip` with a subscription.
    private let feed: String

    package init(
        endpoint: MarketEndpoint, keyID: APIKey, secret: APIKey, feed: String = "iex",
        client: HTTPClient
    ) {
        self.feed = feed
        line = MarketLine(
            provider: provider, endpoint: endpoint, client: client,
            headers: [
                "user-agent": "bellwether", "apca-api-key-id": keyID.reveal(),
                "apca-api-secret-key": secret.reveal(),
            ], secrets: [keyID, secret]
        ) { status, body in
            let message = body?["message"]?.string
            let isSymbol =
                (400...422).contains(status) && message?.contains("symbol") == true
            return (isSymbol ? .unknownSymbol : nil, message)
        }
    }

    /// A coin's day begins in Chicago there, ours in UTC.
    package func offers(
        _ series: MarketSeries, _ interval: BarInterval, hasSessions: Bool
    ) -> Bool {
        series == .bars && (hasSessions || interval != .day && interval != .fourHours)
    }

    package func earliest(
        _ series: MarketSeries, _ interval: BarInterval, now: Date
    ) -> Date? { nil }

    package func page(_ request: MarketRequest) async throws(MarketDataError) -> MarketPage {
        let isStock = request.symbol.hasSessions
        let answer = try await line.get(
            isStock ? "/v2/stocks/bars" : "/v1beta3/crypto/us/bars",
            [
                "symbols": request.symbol.name, "timeframe": Self.timeframe(request.interval),
                "start": Timestamp.text(request.from),
                // The last one is included there.
                "end": Timestamp.text(request.to.addingTimeInterval(-1)),
                "limit": "10000", "sort": "asc",
                // Prices as after all splits, which is what the other vendors tell.
                "adjustment": isStock ? "split" : nil, "feed": isStock ? feed : nil,
                "page_token": request.token,
            ])
        guard let bars = answer.value["bars"], bars.object != nil || bars == .null else {
            throw line.error(.unreadable, "the answer has no bars")
        }
        let rows = (bars[request.symbol.name]?.array ?? []).map { row($0, request.interval) }
        let token = answer.value["next_page_token"]?.string
        if let token, token == request.token {
            throw line.error(.unreadable, "the next page is the same again")
        }
        let last = rows.compactMap(\.time).max()
        let next = last?.addingTimeInterval(Double(request.interval.seconds))
        return MarketPage(
            rows: rows,
            coveredTo: token == nil ? request.to : min(next ?? request.from, request.to),
            token: token, pause: Self.pause(answer.headers, now: Date()))
    }

    private func row(_ value: JSONValue, _ interval: BarInterval) -> VendorRow {
        guard value.object != nil else {
            return VendorRow(
                time: nil, content: .malformed("row is no object"), raw: value.text())
        }
        var time = value["t"]?.string.flatMap(AlpacaWire.time)
        // A day's bar comes with midnight in New York.
        if interval == .day, let zone = TimeZone(identifier: "America/New_York") {
            time = time.map { MarketWire.day($0, in: zone) }
        }
        func text(_ name: String) -> String? { MarketWire.text(value[name]) }
        let bar = BarTexts(
            open: text("o"), high: text("h"), low: text("l"), close: text("c"),
            volume: text("v"))
        return VendorRow(time: time, content: .bar(bar), raw: value.text())
    }

    package func quotes(_ wanted: [VendorSymbol]) async throws(MarketDataError) -> QuotePage {
        var page = QuotePage(quotes: [])
        for isStock in [true, false] {
            let symbols = wanted.filter { $0.hasSessions == isStock }
            if symbols.isEmpty { continue }
            let answer = try await line.get(
                isStock ? "/v2/stocks/quotes/latest" : "/v1beta3/crypto/us/latest/quotes",
                [
                    "symbols": symbols.map(\.name).joined(separator: ","),
                    "feed": isStock ? feed : nil,
                ])
            guard let quotes = answer.value["quotes"], quotes.object != nil else {
                throw line.error(.unreadable, "the answer has no quotes")
            }
            page.pause = Self.pause(answer.headers, now: Date()) ?? page.pause
            page.quotes += symbols.compactMap { quote($0, quotes[$0.name]) }
        }
        return page
    }

    /// Nil without one: a side that nobody offers is 0 there.
    private func quote(_ symbol: VendorSymbol, _ value: JSONValue?) -> VendorQuote? {
        guard let value, value["bp"]?.double != 0, value["ap"]?.double != 0 else { return nil }
        var quote = VendorQuote(symbol: symbol.symbol, raw: value.text())
        quote.time = value["t"]?.string.flatMap(AlpacaWire.time)
        quote.bid = MarketWire.text(value["bp"])
        quote.ask = MarketWire.text(value["ap"])
        if value.object == nil { quote.problem = "row is no object" }
        return quote
    }

    private static func timeframe(_ interval: BarInterval) -> String {
        switch interval {
        case .minute: "1Min"
        case .fiveMinutes: "5Min"
        case .quarter: "15Min"
        case .halfHour: "30Min"
        case .hour: "1Hour"
        case .fourHours: "4Hour"
        case .day: "1Day"
        }
    }

    /// Until the limit is renewed, if nothing of it is left.
    static func pause(_ headers: HTTPHeaders, now: Date) -> Duration? {
        guard headers["x-ratelimit-remaining"] == "0",
            let reset = headers["x-ratelimit-reset"].flatMap(Double.init), reset.isFinite
        else { return nil }
        return .seconds(min(max(reset - now.timeIntervalSince1970, 0), 60))
    }
}
