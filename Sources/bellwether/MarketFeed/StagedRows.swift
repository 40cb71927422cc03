import Providers
import Trading

/// A vendor's rows in the forms in which SQL checks them.
enum StagedRows {
    /// Lines of COPY for market.stage('bars'); the place on the page is the line.
    static func bars(_ rows: [VendorRow], _ symbol: Symbol) -> [UInt8] {
        var lines = CopyLines()
        let name = Array(symbol.text.utf8)[...]
        for (place, row) in rows.enumerated() {
            if case .bar(let bar) = row.content, let time = row.time {
                let fields = [
                    Timestamp.text(time), bar.open, bar.high, bar.low, bar.close, bar.volume,
                    bar.adjustedClose,
                ].map { $0.map { Array($0.replacing("\0", with: "\u{2400}").utf8)[...] } }
                lines.append(line: place + 1, fields: [name] + fields)
            } else {
                let record = CSVRecord(
                    line: place + 1, fields: [], raw: Array(row.raw.utf8), problem: nil)
                lines.append(
                    record, problem: problem(row), column: nil,
                    columns: IngestKind.bars.columns.count)
            }
        }
        return lines.bytes
    }

    /// `[{ts, value, raw}]` for market.store_derivatives.
    static func values(_ rows: [VendorRow]) -> String {
        JSONValue.array(
            rows.map { row in
                var entry: JSONObject = ["raw": .string(clean(row.raw))]
                if case .value(let value) = row.content, let time = row.time {
                    entry["ts"] = .string(Timestamp.text(time))
                    entry["value"] = value.map { .string(clean($0)) }
                } else {
                    entry["problem"] = .string(problem(row))
                }
                return .object(entry)
            }
        ).text()
    }

    /// `[{symbol, ts, bid, ask, last, raw}]` for market.store_quotes.
    static func quotes(_ quotes: [VendorQuote]) -> String {
        JSONValue.array(
            quotes.map { quote in
                var entry: JSONObject = [
                    "symbol": .string(quote.symbol.text), "raw": .string(clean(quote.raw)),
                ]
                entry["problem"] = quote.problem.map { .string($0) }
                entry["ts"] = quote.time.map { .string(Timestamp.text($0)) }
                entry["bid"] = quote.bid.map { .string(clean($0)) }
                entry["ask"] = quote.ask.map { .string(clean($0)) }
                entry["last"] = quote.last.map { .string(clean($0)) }
                return .object(entry)
            }
        ).text()
    }

    private static func problem(_ row: VendorRow) -> String {
        switch row.content {
        case .malformed(let reason): reason
        case .bar, .value: "time cannot be read"
        }
    }

    /// PostgreSQL stores no NUL.
    private static func clean(_ text: String) -> String {
        text.replacing("\0", with: "\u{2400}")
    }
}
