package import Foundation
internal import Trading

/// Yahoo's charts: bars and last prices of nearly everything, without a key and not official.
package struct YahooMarketData: MarketData {
    package static let base = "https://query1.finance.yahoo.com"
    package let provider = "yahoo"
    package let quoteBatch = 1
    private let line: MarketLine

    package init(endpoint: MarketEndpoint, client: HTTPClient) {
        line = MarketLine(
            provider: provider, endpoint: endpoint, client: client,
            // It answers browsers alone.
            headers: ["user-agent": "Mozilla/5.0 (X11; Linux x86_64) bellwether"]
        ) { status, body in
            let error = body?["chart"]?["error"]
            // "Invalid Crumb" comes and goes.
            return (status == 401 ? .server : nil, error?["description"]?.string)
        }
    }

    /// Its bars of hours begin at half past with the exchange, ours at the full hour.
    package func offers(
        _ series: MarketSeries, _ interval: BarInterval, hasSessions: Bool
    ) -> Bool {
        series == .bars && interval != .fourHours && !(hasSessions && interval == .hour)
    }

    package func earliest(
        _ series: MarketSeries, _ interval: BarInterval, now: Date
    ) -> Date? {
        let days: Double? =
            switch interval {
            case .minute: 7
            case .fiveMinutes, .quarter, .halfHour: 59
            case .hour: 729
            case .fourHours, .day: nil
            }
        return days.map { now.addingTimeInterval(-$0 * 86_400) }
    }

    package func page(_ request: MarketRequest) async throws(MarketDataError) -> MarketPage {
        let days = request.interval == .day ? 3650 : request.interval == .minute ? 7 : 58
        let end = request.window(rows: days, every: 86_400)
        let chart = try await chart(
            request.symbol,
            [
                "interval": request.interval == .hour ? "60m" : request.interval.rawValue,
                "period1": MarketWire.seconds(request.from), "period2": MarketWire.seconds(end),
                "events": "div,splits", "includeAdjustedClose": "true",
                "includePrePost": "false",
            ])
        // A symbol that was not traded has neither times nor prices.
        let times = chart["timestamp"]?.array ?? []
        let columns = chart["indicators"]?["quote"]?[0]
        if !times.isEmpty, columns?.object == nil {
            throw line.error(.unreadable, "the chart has times and no prices")
        }
        let zone = chart["meta"]?["exchangeTimezoneName"]?.string.flatMap {
            TimeZone(identifier: $0)
        }
        let adjusted = chart["indicators"]?["adjclose"]?[0]?["adjclose"]
        var rows: [VendorRow] = []
        for (place, time) in times.enumerated() {
            func text(_ name: String) -> String? {
                MarketWire.text(columns?[name]?[place])
            }
            // Null means that nothing was traded.
            guard let close = text("close") else { continue }
            let bar = BarTexts(
                open: text("open"), high: text("high"), low: text("low"), close: close,
                volume: text("volume"), adjustedClose: MarketWire.text(adjusted?[place]))
            rows.append(row(time, bar, request.interval, zone))
        }
        return MarketPage(rows: rows, coveredTo: end)
    }

    private func row(
        _ time: JSONValue, _ bar: BarTexts, _ interval: BarInterval, _ zone: TimeZone?
    ) -> VendorRow {
        var start = time.double.map { Date(timeIntervalSince1970: $0) }
        // A day's bar comes with the time at which the exchange opened.
        if interval == .day { start = start.map { MarketWire.day($0, in: zone ?? .gmt) } }
        let fields = [bar.open, bar.high, bar.low, bar.close, bar.volume, bar.adjustedClose]
        let raw = ([time.text()] + fields.map { $0 ?? "null" }).joined(separator: ",")
        return VendorRow(time: start, content: .bar(bar), raw: raw)
    }

    package func quotes(_ wanted: [VendorSymbol]) async throws(MarketDataError) -> QuotePage {
        var page = QuotePage(quotes: [])
        for symbol in wanted {
            let meta = try await chart(symbol, ["interval": "1d", "range": "1d"])["meta"]
            guard let meta, let last = MarketWire.text(meta["regularMarketPrice"]) else {
                continue
            }
            var quote = VendorQuote(symbol: symbol.symbol, raw: meta.text())
            quote.time = meta["regularMarketTime"]?.double.map {
                Date(timeIntervalSince1970: $0)
            }
            quote.last = last
            page.quotes.append(quote)
        }
        return page
    }

    private func chart(
        _ symbol: VendorSymbol, _ query: KeyValuePairs<String, String?>
    ) async throws(MarketDataError) -> JSONValue {
        let answer = try await line.get(
            "/v8/finance/chart/\(AlpacaLine.encoded(symbol.name))", query)
        if let error = answer.value["chart"]?["error"], error != .null {
            let code: MarketDataError.Code =
                error["code"]?.string == "Not Found" ? .unknownSymbol : .server
            throw line.error(code, error["description"]?.string ?? "no reason")
        }
        guard let chart = answer.value["chart"]?["result"]?[0], chart["meta"]?.object != nil
        else { throw line.error(.unreadable, "the answer has no chart") }
        return chart
    }
}
