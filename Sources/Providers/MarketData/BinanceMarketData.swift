package import Foundation
internal import Trading

/// Binance's USD-margined perpetuals: bars, funding, open interest, long/short ratio, quotes.
package struct BinanceMarketData: MarketData {
    package static let base = "https://fapi.binance.com"
    package let provider = "binance"
    package let quoteBatch = 1
    private let line: MarketLine

    package init(endpoint: MarketEndpoint, client: HTTPClient) {
        line = MarketLine(provider: provider, endpoint: endpoint, client: client) { _, body in
            let message = body?["msg"]?.string
            return (body?["code"]?.int == -1121 ? .unknownSymbol : nil, message)
        }
    }

    package func offers(
        _ series: MarketSeries, _ interval: BarInterval, hasSessions: Bool
    ) -> Bool {
        !hasSessions && (series == .bars || series == .funding || interval != .minute)
    }

    /// Open interest and ratios are kept for 30 days.
    package func earliest(
        _ series: MarketSeries, _ interval: BarInterval, now: Date
    ) -> Date? {
        switch series {
        case .bars, .funding: nil
        case .openInterest, .longShortRatio: now.addingTimeInterval(-29 * 86_400)
        }
    }

    package func page(_ request: MarketRequest) async throws(MarketDataError) -> MarketPage {
        let path: String
        let rows: Int
        var every: Int?
        var period: String? = request.interval.rawValue
        switch request.series {
        case .bars: (path, rows) = ("/fapi/v1/klines", 1000)
        // Paid every hour at most.
        case .funding: (path, rows, every, period) = ("/fapi/v1/fundingRate", 1000, 3600, nil)
        case .openInterest: (path, rows) = ("/futures/data/openInterestHist", 500)
        case .longShortRatio: (path, rows) = ("/futures/data/globalLongShortAccountRatio", 500)
        }
        let end = request.window(rows: rows, every: every)
        let answer = try await line.get(
            path,
            [
                "symbol": request.symbol.name,
                "interval": request.series == .bars ? period : nil,
                "period": request.series == .bars ? nil : period,
                "startTime": MarketWire.milliseconds(request.from),
                // The last one is included there.
                "endTime": MarketWire.milliseconds(end.addingTimeInterval(-0.001)),
                "limit": String(rows),
            ])
        guard let list = answer.value.array else {
            throw line.error(.unreadable, "the answer is no list")
        }
        return MarketPage(
            rows: list.map { row($0, request.series) }, coveredTo: end,
            pause: Self.pause(answer.headers))
    }

    private func row(_ value: JSONValue, _ series: MarketSeries) -> VendorRow {
        switch series {
        case .bars: MarketWire.candle(value)
        case .funding: MarketWire.value(value, time: "fundingTime", of: "fundingRate")
        case .openInterest: MarketWire.value(value, time: "timestamp", of: "sumOpenInterest")
        case .longShortRatio: MarketWire.value(value, time: "timestamp", of: "longShortRatio")
        }
    }

    package func quotes(_ wanted: [VendorSymbol]) async throws(MarketDataError) -> QuotePage {
        var page = QuotePage(quotes: [])
        for symbol in wanted {
            let answer = try await line.get(
                "/fapi/v1/ticker/bookTicker", ["symbol": symbol.name])
            page.pause = Self.pause(answer.headers) ?? page.pause
            let value = answer.value
            var quote = VendorQuote(symbol: symbol.symbol, raw: value.text())
            quote.time = MarketWire.milliseconds(value["time"])
            quote.bid = MarketWire.text(value["bidPrice"])
            quote.ask = MarketWire.text(value["askPrice"])
            if value.object == nil { quote.problem = "row is no object" }
            page.quotes.append(quote)
        }
        return page
    }

    /// What a minute's requests may weigh; nine tenths of it are enough.
    private static let weight = 2400.0

    static func pause(_ headers: HTTPHeaders) -> Duration? {
        guard let used = headers["x-mbx-used-weight-1m"].flatMap(Double.init),
            used >= 0.9 * weight
        else { return nil }
        return .seconds(60)
    }
}
