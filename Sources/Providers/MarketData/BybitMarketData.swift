package import Foundation
internal import Trading

/// Bybit's linear perpetuals, version 5: bars, funding, open interest, long/short ratio, quotes.
package struct BybitMarketData: MarketData {
    package static let base = "https://api.bybit.com"
    package let provider = "bybit"
    package let quoteBatch = 1
    private let line: MarketLine

    package init(endpoint: MarketEndpoint, client: HTTPClient) {
        line = MarketLine(provider: provider, endpoint: endpoint, client: client) {
            status, body in
            // 403 without a word is an address that asked too often.
            (status == 403 ? .throttled : nil, body?["retMsg"]?.string)
        }
    }

    package func offers(
        _ series: MarketSeries, _ interval: BarInterval, hasSessions: Bool
    ) -> Bool {
        !hasSessions && (series == .bars || series == .funding || interval != .minute)
    }

    package func earliest(
        _ series: MarketSeries, _ interval: BarInterval, now: Date
    ) -> Date? { nil }

    package func page(_ request: MarketRequest) async throws(MarketDataError) -> MarketPage {
        let (path, rows, every): (String, Int, Int?) =
            switch request.series {
            case .bars: ("/v5/market/kline", 1000, nil)
            // Paid every hour at most.
            case .funding: ("/v5/market/funding/history", 200, 3600)
            case .openInterest: ("/v5/market/open-interest", 200, nil)
            case .longShortRatio: ("/v5/market/account-ratio", 500, nil)
            }
        let end = request.window(rows: rows, every: every)
        let (from, to) = (
            MarketWire.milliseconds(request.from),
            // The last one is included there.
            MarketWire.milliseconds(end.addingTimeInterval(-0.001))
        )
        let isBars = request.series == .bars
        let period = Self.period(request.interval)
        let (result, _, pause) = try await ask(
            path,
            [
                "category": "linear", "symbol": request.symbol.name,
                "interval": isBars ? Self.interval(request.interval) : nil,
                "intervalTime": request.series == .openInterest ? period : nil,
                "period": request.series == .longShortRatio ? period : nil,
                "start": isBars ? from : nil, "end": isBars ? to : nil,
                "startTime": isBars ? nil : from, "endTime": isBars ? nil : to,
                "limit": String(rows),
            ])
        guard let list = result["list"]?.array else {
            throw line.error(.unreadable, "the answer has no list")
        }
        return MarketPage(
            rows: list.map { row($0, request.series) }, coveredTo: end, pause: pause)
    }

    private func row(_ value: JSONValue, _ series: MarketSeries) -> VendorRow {
        switch series {
        case .bars: MarketWire.candle(value)
        case .funding: MarketWire.value(value, time: "fundingRateTimestamp", of: "fundingRate")
        case .openInterest: MarketWire.value(value, time: "timestamp", of: "openInterest")
        case .longShortRatio: ratio(value)
        }
    }

    /// Shares of accounts that are long and short; we keep their ratio.
    private func ratio(_ value: JSONValue) -> VendorRow {
        let time = MarketWire.milliseconds(value["timestamp"]).map(MarketWire.minute)
        guard let long = MarketWire.text(value["buyRatio"]).flatMap(Double.init),
            let short = MarketWire.text(value["sellRatio"]).flatMap(Double.init), short > 0,
            long.isFinite, short.isFinite
        else {
            return VendorRow(
                time: time, content: .malformed("row has no shares of long and short"),
                raw: value.text())
        }
        return VendorRow(time: time, content: .value(String(long / short)), raw: value.text())
    }

    package func quotes(_ wanted: [VendorSymbol]) async throws(MarketDataError) -> QuotePage {
        var page = QuotePage(quotes: [])
        for symbol in wanted {
            let (result, time, pause) = try await ask(
                "/v5/market/tickers", ["category": "linear", "symbol": symbol.name])
            page.pause = pause ?? page.pause
            guard let value = result["list"]?[0] else { continue }
            var quote = VendorQuote(symbol: symbol.symbol, raw: value.text())
            quote.time = time
            quote.bid = MarketWire.text(value["bid1Price"])
            quote.ask = MarketWire.text(value["ask1Price"])
            quote.last = MarketWire.text(value["lastPrice"])
            page.quotes.append(quote)
        }
        return page
    }

    /// The result of an answer, whose errors come with status 200.
    private func ask(
        _ path: String, _ query: KeyValuePairs<String, String?>
    ) async throws(MarketDataError) -> (result: JSONValue, time: Date?, pause: Duration?) {
        let answer = try await line.get(path, query)
        let pause = Self.pause(answer.headers, now: Date())
        guard let code = answer.value["retCode"]?.int else {
            throw line.error(.unreadable, "the answer has no retCode")
        }
        guard code == 0, let result = answer.value["result"] else {
            let message = answer.value["retMsg"]?.string ?? "no reason"
            var error = line.error(Self.meaning(code, message), "\(code): \(message)")
            if error.code == .throttled { error.retryAfter = pause }
            throw error
        }
        return (result, MarketWire.milliseconds(answer.value["time"]), pause)
    }

    private static func meaning(_ code: Int, _ message: String) -> MarketDataError.Code {
        switch code {
        case 10006, 10018: .throttled
        case 10001 where message.lowercased().contains("symbol"): .unknownSymbol
        case 10001: .notOffered
        case 10003, 10005, 10009, 10010: .refused
        default: .server
        }
    }

    static func interval(_ interval: BarInterval) -> String {
        interval == .day ? "D" : String(interval.seconds / 60)
    }

    private static func period(_ interval: BarInterval) -> String {
        interval.seconds < 3600 ? "\(interval.seconds / 60)min" : interval.rawValue
    }

    /// Until the limit is renewed, if nothing of it is left.
    static func pause(_ headers: HTTPHeaders, now: Date) -> Duration? {
        guard headers["x-bapi-limit-status"] == "0",
            let reset = headers["x-bapi-limit-reset-timestamp"].flatMap(Double.init),
            reset.isFinite
        else { return nil }
        return .seconds(min(max(reset / 1000 - now.timeIntervalSince1970, 0), 60))
    }
}
