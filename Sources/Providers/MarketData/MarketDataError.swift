/// Why a vendor of market data gave no answer. Shows no key and no address beyond the host.
package struct MarketDataError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable {
        case unreachable, timeout, cut
        /// Too many requests.
        case throttled
        /// The vendor failed.
        case server
        /// The answer is not what the vendor's documents say.
        case unreadable
        case unknownSymbol = "unknown symbol"
        /// Keys, rights, or where we are.
        case refused
        /// It has no such series, interval or time.
        case notOffered = "not offered"
        case cancelled
    }

    package let code: Code
    package let provider: String
    package let message: String
    /// How long the vendor wants to be left alone.
    package var retryAfter: Duration?

    package init(
        _ code: Code, _ provider: String, _ message: String, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.provider = provider
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { "\(provider): \(message)" }

    /// Whether the same request may succeed later.
    package var isTransient: Bool {
        switch code {
        case .unreachable, .timeout, .cut, .throttled, .server, .unreadable: true
        case .unknownSymbol, .refused, .notOffered, .cancelled: false
        }
    }
}

extension RetryPolicy {
    /// How long to wait before a vendor is asked again; nil to give up.
    ///
    /// - Parameters:
    ///   - attempt: how often it was tried, from 1.
    ///   - waited: all waits so far.
    ///   - jitter: 0...1, how much of a quarter of the wait is taken off.
    package func wait(
        after error: MarketDataError, attempt: Int, waited: Duration, jitter: Double
    ) -> Duration? {
        guard error.isTransient, attempt <= retries else { return nil }
        var wait = error.retryAfter
        if let asked = wait, asked > longestAsked { return nil }
        if wait == nil {
            var doubled = firstWait
            for _ in 1..<attempt { doubled *= 2 }
            wait = min(doubled, longestWait) * (1 - 0.25 * jitter)
        }
        return wait.flatMap { waited + $0 <= totalWait ? $0 : nil }
    }
}
