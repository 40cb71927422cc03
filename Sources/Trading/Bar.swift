package import Foundation

/// What an instrument's price did in one interval.
package struct Bar: Equatable, Sendable {
    package let symbol: Symbol
    /// Start of the interval, UTC.
    package let start: Date
    /// A series such as an index of volatility has closes only.
    package let open: Double?
    package let high: Double?
    package let low: Double?
    package let close: Double
    package let volume: Double?

    package init(
        symbol: Symbol, start: Date, open: Double?, high: Double?, low: Double?, close: Double,
        volume: Double?
    ) {
        self.symbol = symbol
        self.start = start
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }
}
