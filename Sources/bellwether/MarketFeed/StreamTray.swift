import Providers
import Synchronization
import Trading

/// What streams told until it is stored: the newest price of each symbol, and bars.
final class StreamTray: Sendable {
    struct Quotes: Sendable {
        let provider: String
        let quotes: [VendorQuote]
    }

    struct Bar: Sendable {
        let provider: String
        let bar: StreamBar
    }

    private struct State {
        var quotes: [String: [Symbol: VendorQuote]] = [:]
        var bars: [Bar] = []
        /// When the last price of a symbol was stored.
        var stored: [String: ContinuousClock.Instant] = [:]
    }

    private let state = Mutex(State())

    /// Bars that wait while the database does not answer; those beyond are fetched later.
    private static let mostBars = 10_000

    func put(_ quote: VendorQuote, from provider: String) {
        state.withLock { $0.quotes[provider, default: [:]][quote.symbol] = quote }
    }

    func put(_ bar: StreamBar, from provider: String) {
        state.withLock { state in
            if state.bars.count < Self.mostBars {
                state.bars.append(Bar(provider: provider, bar: bar))
            }
        }
    }

    func takeQuotes() -> [Quotes] {
        state.withLock { state in
            defer { state.quotes = [:] }
            return state.quotes.sorted { $0.key < $1.key }.map { provider, quotes in
                Quotes(
                    provider: provider,
                    quotes: quotes.values.sorted { $0.symbol.text < $1.symbol.text })
            }
        }
    }

    func takeBars() -> [Bar] {
        state.withLock { state in
            defer { state.bars = [] }
            return state.bars
        }
    }

    func stored(_ quotes: [VendorQuote], at now: ContinuousClock.Instant) {
        state.withLock { state in
            for quote in quotes { state.stored[quote.symbol.text] = now }
        }
    }

    /// Symbols whose price was stored since.
    func fresh(since: ContinuousClock.Instant) -> Set<String> {
        state.withLock { state in Set(state.stored.filter { $0.value >= since }.keys) }
    }
}
