import Providers

/// How long a stream that ended is left alone.
struct StreamBackoff: Equatable, Sendable {
    var first = Duration.seconds(1)
    var longest = Duration.seconds(60)
    /// What the vendor does not tell us it will not tell a second later.
    var afterRefusal = Duration.seconds(300)
    /// A connection that lasted so long worked.
    var proof = Duration.seconds(60)

    /// - Parameters:
    ///   - attempt: how often in a row it ended, from 1.
    ///   - jitter: 0...1, how much of a half of the wait is taken off: not all come back at once.
    func wait(attempt: Int, after error: MarketDataError, jitter: Double) -> Duration {
        guard error.isTransient else { return afterRefusal }
        var wait = first
        for _ in 1..<max(attempt, 1) where wait < longest { wait *= 2 }
        return min(wait, longest) * (1 - 0.5 * jitter)
    }

    /// Listens again and again, with a wait after each end, until it is cancelled.
    ///
    /// - Parameters:
    ///   - listen: returns when a connection has ended, with the reason.
    ///   - onLoss: hears it, and how long the wait will be.
    func keep(
        _ listen: () async throws -> MarketDataError,
        onLoss: (MarketDataError, Duration) async throws -> Void
    ) async throws {
        var attempt = 0
        while true {
            let start = ContinuousClock.now
            let problem = try await listen()
            try Task.checkCancellation()
            // What has worked for a while begins again at once.
            attempt = ContinuousClock.now - start > proof ? 1 : attempt + 1
            let wait = wait(attempt: attempt, after: problem, jitter: Double.random(in: 0...1))
            try await onLoss(problem, wait)
            try await Task.sleep(for: wait)
        }
    }
}
