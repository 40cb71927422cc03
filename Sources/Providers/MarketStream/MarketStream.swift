internal import Foundation
internal import Trading

/// A vendor that tells prices and bars as they come, over a WebSocket.
///
/// An adapter only translates: which addresses, what is said there, what is meant by what is heard.
/// Connecting, waiting, storing and judging are done by those who use it.
package protocol MarketStream: Sendable {
    /// Its name in `market.provider`.
    var provider: String { get }

    /// Whether it tells complete bars of an interval.
    func tells(_ interval: BarInterval, hasSessions: Bool) -> Bool

    /// The connections by which these wishes are told.
    func channels(_ wishes: [StreamWish]) -> [StreamChannel]
}

/// What is wanted of a symbol: its price, and bars of these intervals.
package struct StreamWish: Hashable, Sendable {
    package let symbol: VendorSymbol
    package let intervals: [BarInterval]

    package init(_ symbol: VendorSymbol, _ intervals: [BarInterval]) {
        self.symbol = symbol
        self.intervals = intervals
    }
}

/// One connection to a vendor.
package struct StreamChannel: Sendable {
    package let provider: String
    package let url: String
    package let wishes: [StreamWish]
    /// The conversation's beginning; each connection has its own.
    package let talk: any StreamTalk
}

/// A conversation with a vendor: texts in, what they mean out. Without socket and clock.
package protocol StreamTalk: Sendable {
    /// What is said first.
    var greeting: [String] { get }
    /// What the vendor wants to hear now and then.
    var heartbeat: StreamHeartbeat? { get }

    mutating func hear(_ text: String) -> [StreamTold]
}

package struct StreamHeartbeat: Equatable, Sendable {
    package let every: Duration
    package let text: String
}

/// What a text meant.
package enum StreamTold: Equatable, Sendable {
    /// To be answered with this.
    case say(String)
    /// All that was asked for is told from now on.
    case live
    case quote(VendorQuote)
    case bar(StreamBar)
    /// Nothing that the vendor's documents know; it is passed over.
    case odd(String)
    /// The vendor does not tell it: keys, rights, limits.
    case refused(MarketDataError)
}

/// A bar that is complete.
package struct StreamBar: Equatable, Sendable {
    package let symbol: VendorSymbol
    package let interval: BarInterval
    package let row: VendorRow
}

/// Where a vendor's streams are.
package struct StreamEndpoint: Sendable, Equatable {
    package let base: String

    /// - Throws: `Refusal` if what is said would be readable on its way.
    package init(base: String) throws(MarketEndpoint.Refusal) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        guard base.hasPrefix("wss://") || base.hasPrefix("ws://") else { throw .address }
        let request = HTTPRequest(.get, "http" + base.drop { $0 != ":" })
        if base.hasPrefix("ws://"), !request.isLoopback { throw .plain(request.origin) }
        self.base = base
    }
}

/// The last price of each symbol, put together from what changes of it.
struct StreamPrices: Sendable {
    private struct Price {
        var bid: String?
        var ask: String?
        var last: String?
    }

    private let symbols: [String: StreamWish]
    private var prices: [String: Price] = [:]

    init(_ wishes: [StreamWish]) {
        symbols = Dictionary(wishes.map { ($0.symbol.name, $0) }) { first, _ in first }
    }

    func wish(_ name: String?) -> StreamWish? { name.flatMap { symbols[$0] } }

    mutating func forget(_ name: String) { prices[name] = nil }

    /// The quote after a change; nil for what was not asked for, or while no price is known.
    mutating func quote(
        _ name: String?, at time: Date?, bid: JSONValue? = nil, ask: JSONValue? = nil,
        last: JSONValue? = nil, raw: JSONValue
    ) -> StreamTold? {
        guard let name, let wish = symbols[name] else { return nil }
        var price = prices[name] ?? Price()
        price.bid = MarketWire.text(bid) ?? price.bid
        price.ask = MarketWire.text(ask) ?? price.ask
        price.last = MarketWire.text(last) ?? price.last
        prices[name] = price
        // A side that nobody offers is 0, or not there.
        let isWhole = isOffered(price.bid) && isOffered(price.ask)
        guard isWhole || price.last != nil else { return nil }
        var quote = VendorQuote(symbol: wish.symbol.symbol, raw: raw.text())
        quote.time = time
        quote.bid = isWhole ? price.bid : nil
        quote.ask = isWhole ? price.ask : nil
        quote.last = price.last
        return .quote(quote)
    }

    /// What is no number is told all the same: it is refused where it would be stored.
    private func isOffered(_ text: String?) -> Bool {
        guard let text else { return false }
        return Double(text) != 0
    }
}

extension Array {
    /// Pieces of at most so many.
    func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { start in
            self[start..<Swift.min(start + count, self.count)]
        }
    }
}
