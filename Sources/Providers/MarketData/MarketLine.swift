internal import Foundation

/// Where a vendor of market data is asked.
package struct MarketEndpoint: Sendable {
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case address
        case plain(String)

        package var description: String {
            switch self {
            case .address: "an address that begins with https://"
            case .plain(let origin): "https, for \(origin) is not this machine"
            }
        }
    }

    package let base: String
    package var limits = HTTPLimits()

    /// - Throws: `Refusal` if what is asked would be readable on its way.
    package init(base: String) throws(Refusal) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        guard base.hasPrefix("https://") || base.hasPrefix("http://") else { throw .address }
        let request = HTTPRequest(.get, base)
        if request.isPlain, !request.isLoopback { throw .plain(request.origin) }
        self.base = base
        limits.connect = .seconds(5)
        limits.firstByte = .seconds(15)
        limits.idle = .seconds(10)
        limits.total = .seconds(30)
        limits.bytes = 16 << 20
    }
}

/// Asks a vendor, and says what its statuses mean.
struct MarketLine: Sendable {
    let provider: String
    let endpoint: MarketEndpoint
    let client: HTTPClient
    var headers: HTTPHeaders = ["user-agent": "bellwether", "accept": "application/json"]
    /// Keys, which no message may repeat.
    var secrets: [APIKey] = []
    /// What an error's body says: the vendor's own words, and what they mean if that is known.
    let failure: @Sendable (Int, JSONValue?) -> (code: MarketDataError.Code?, message: String?)

    struct Answer: Sendable {
        let value: JSONValue
        let headers: HTTPHeaders
    }

    func get(
        _ path: String, _ query: KeyValuePairs<String, String?>
    ) async throws(MarketDataError) -> Answer {
        let pairs = query.compactMap { name, value in
            value.map { "\(name)=\(AlpacaLine.encoded($0))" }
        }
        let url = endpoint.base + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        let answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
        do {
            answer = try await client.fetch(
                HTTPRequest(.get, url, headers: headers, limits: endpoint.limits))
        } catch {
            throw self.error(error)
        }
        let value = try? JSONValue(parsing: answer.body)
        guard (200..<300).contains(answer.status) else {
            throw self.error(answer.status, answer.headers, value)
        }
        guard let value else { throw self.error(.unreadable, "the answer is no JSON") }
        return Answer(value: value, headers: answer.headers)
    }

    func error(_ code: MarketDataError.Code, _ message: String) -> MarketDataError {
        var message = message
        for secret in secrets { message = secret.redacted(message) }
        return MarketDataError(code, provider, String(message.prefix(300)))
    }

    private func error(
        _ status: Int, _ headers: HTTPHeaders, _ body: JSONValue?
    ) -> MarketDataError {
        let told = failure(status, body)
        let code =
            told.code
            ?? {
                switch status {
                case 429, 418: .throttled
                case 401, 403, 451: .refused
                case 404: .unknownSymbol
                case 400..<500: .notOffered
                default: .server
                }
            }()
        var error = self.error(code, "status \(status)" + (told.message.map { ": \($0)" } ?? ""))
        if error.isTransient { error.retryAfter = RetryPolicy.asked(headers, now: Date()) }
        return error
    }

    private func error(_ error: HTTPError) -> MarketDataError {
        let code: MarketDataError.Code =
            switch error.code {
            case .invalidRequest: .notOffered
            case .connect, .closed: .unreachable
            case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: .timeout
            case .tooLarge: .unreadable
            case .cut, .other: .cut
            case .cancelled: .cancelled
            }
        return self.error(code, error.description)
    }
}

/// How vendors write times and numbers.
enum MarketWire {
    /// A number or a text, as it stands.
    static func text(_ value: JSONValue?) -> String? {
        value?.string ?? value?.numberText
    }

    /// Milliseconds since 1970, as a number or a text.
    static func milliseconds(_ value: JSONValue?) -> Date? {
        guard let number = text(value).flatMap(Double.init), number.isFinite,
            (0..<32_503_680_000_000).contains(number)
        else { return nil }
        return Date(timeIntervalSince1970: number / 1000)
    }

    static func milliseconds(_ date: Date) -> String {
        String(Int((date.timeIntervalSince1970 * 1000).rounded()))
    }

    static func seconds(_ date: Date) -> String {
        String(Int(date.timeIntervalSince1970.rounded()))
    }

    /// The start of the minute: funding times are some milliseconds off.
    static func minute(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 / 60).rounded(.down) * 60)
    }

    /// The date that a moment has in a time zone, as 00:00 UTC of that date.
    static func day(_ date: Date, in zone: TimeZone) -> Date {
        let local = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
        return Date(timeIntervalSince1970: (local / 86_400).rounded(.down) * 86_400)
    }

    /// A row `[time, open, high, low, close, volume, ...]`, the time in milliseconds.
    static func candle(_ value: JSONValue) -> VendorRow {
        let raw = value.text()
        guard let items = value.array, items.count >= 6 else {
            return VendorRow(time: nil, content: .malformed("row is no candle"), raw: raw)
        }
        return VendorRow(
            time: milliseconds(items[0]),
            content: .bar(
                BarTexts(
                    open: text(items[1]), high: text(items[2]), low: text(items[3]),
                    close: text(items[4]), volume: text(items[5]))), raw: raw)
    }

    /// A row `{time, value}`, the time in milliseconds.
    static func value(_ value: JSONValue, time: String, of name: String) -> VendorRow {
        guard value.object != nil else {
            return VendorRow(
                time: nil, content: .malformed("row is no object"), raw: value.text())
        }
        return VendorRow(
            time: milliseconds(value[time]).map(minute), content: .value(text(value[name])),
            raw: value.text())
    }
}
