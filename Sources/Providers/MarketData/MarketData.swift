package import Foundation
package import Trading

/// A vendor of market data: pages of a series, and what things cost now.
///
/// An adapter only translates: it asks once, checks nothing but the answer's shape, and hands on
/// the vendor's numbers as texts. Waiting, asking again, asking another vendor, and judging the
/// rows is done by those who call it.
package protocol MarketData: Sendable {
    /// Its name in `market.provider`.
    var provider: String { get }

    /// Whether it has a series at an interval for such an instrument.
    func offers(_ series: MarketSeries, _ interval: BarInterval, hasSessions: Bool) -> Bool

    /// Since when it has a series; nil: as long as it exists.
    func earliest(_ series: MarketSeries, _ interval: BarInterval, now: Date) -> Date?

    /// The rows from a time on, as many as one request gives.
    func page(_ request: MarketRequest) async throws(MarketDataError) -> MarketPage

    /// Of how many symbols one request asks the price.
    var quoteBatch: Int { get }

    /// What these cost now; a symbol without a price is left out.
    func quotes(_ wanted: [VendorSymbol]) async throws(MarketDataError) -> QuotePage
}

/// What is told over time.
package enum MarketSeries: String, CaseIterable, Sendable {
    case bars, funding
    case openInterest = "open_interest"
    case longShortRatio = "long_short_ratio"
}

/// The length of a bar.
package enum BarInterval: String, CaseIterable, Sendable {
    case minute = "1m"
    case fiveMinutes = "5m"
    case quarter = "15m"
    case halfHour = "30m"
    case hour = "1h"
    case fourHours = "4h"
    case day = "1d"

    package var seconds: Int {
        switch self {
        case .minute: 60
        case .fiveMinutes: 300
        case .quarter: 900
        case .halfHour: 1800
        case .hour: 3600
        case .fourHours: 14_400
        case .day: 86_400
        }
    }
}

/// An instrument, and what the vendor calls it.
package struct VendorSymbol: Hashable, Sendable {
    package let symbol: Symbol
    package let name: String
    /// Whether it keeps an exchange's hours.
    package let hasSessions: Bool

    package init(_ symbol: Symbol, name: String, hasSessions: Bool) {
        self.symbol = symbol
        self.name = name
        self.hasSessions = hasSessions
    }
}

/// A part of a series.
package struct MarketRequest: Sendable {
    package let symbol: VendorSymbol
    package let series: MarketSeries
    package let interval: BarInterval
    package var from: Date
    /// The first moment that is not wanted.
    package let to: Date
    /// Where the vendor said the next page is.
    package var token: String?

    package init(
        _ symbol: VendorSymbol, _ series: MarketSeries, _ interval: BarInterval, from: Date,
        to: Date
    ) {
        self.symbol = symbol
        self.series = series
        self.interval = interval
        self.from = from
        self.to = to
    }

    /// The end of as much as so many rows, one at each interval, can tell.
    func window(rows: Int, every seconds: Int? = nil) -> Date {
        min(to, from.addingTimeInterval(Double(rows * (seconds ?? interval.seconds))))
    }
}

/// What one request brought.
package struct MarketPage: Sendable {
    package var rows: [VendorRow]
    /// All from the request's start to here was answered, with rows or without.
    package var coveredTo: Date
    package var token: String?
    /// How long the vendor wants to be left alone, as its headers say.
    package var pause: Duration?

    package init(
        rows: [VendorRow], coveredTo: Date, token: String? = nil, pause: Duration? = nil
    ) {
        self.rows = rows
        self.coveredTo = coveredTo
        self.token = token
        self.pause = pause
    }
}

/// A row as the vendor wrote it.
package struct VendorRow: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case bar(BarTexts)
        /// A rate, an amount or a ratio.
        case value(String?)
        /// What is wrong with its shape.
        case malformed(String)
    }

    /// Start of the bar, or the value's time.
    package let time: Date?
    package let content: Content
    package let raw: String
}

/// The numbers of a bar, unread: `NaN` stays `NaN`.
package struct BarTexts: Equatable, Sendable {
    package var open: String?
    package var high: String?
    package var low: String?
    package var close: String?
    package var volume: String?
    package var adjustedClose: String?
}

/// What a symbol costs, as the vendor wrote it.
package struct VendorQuote: Equatable, Sendable {
    package let symbol: Symbol
    package var time: Date?
    package var bid: String?
    package var ask: String?
    package var last: String?
    package var problem: String?
    package let raw: String
}

/// What one request for quotes brought.
package struct QuotePage: Sendable {
    package var quotes: [VendorQuote]
    package var pause: Duration?
}
