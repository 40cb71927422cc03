import Foundation
import Jobs
import Postgres
import Providers
import Store

/// The vendors of market data of this process: asked through the gates that all processes share,
/// again after what passes, and counted.
struct Vendors: Sendable {
    let all: [String: any MarketData]
    let pool: Pool
    var policy = RetryPolicy()
    /// How long a closed gate is waited for before somebody else is asked.
    var patience = Duration.seconds(60)

    subscript(provider: String) -> (any MarketData)? { all[provider] }

    /// Asks a vendor until it answers or asking again is of no use.
    ///
    /// - Throws: `MarketDataError` of the vendor; errors of the database.
    func ask<Value>(
        _ vendor: any MarketData, pause: (Value) -> Duration?,
        _ question: () async throws(MarketDataError) -> Value
    ) async throws -> Value {
        var (attempt, waited) = (1, Duration.zero)
        while true {
            try await pass(vendor.provider)
            let answer: Value
            do throws(MarketDataError) {
                answer = try await question()
            } catch {
                if error.code == .cancelled { throw CancellationError() }
                try await failed(error, vendor.provider)
                guard
                    let wait = policy.wait(
                        after: error, attempt: attempt, waited: waited,
                        jitter: Double.random(in: 0...1))
                else { throw error }
                try await Task.sleep(for: wait)
                waited += wait
                attempt += 1
                continue
            }
            if let pause = pause(answer) {
                try await close(vendor.provider, for: pause, "its limit is used up")
            }
            return answer
        }
    }

    private func pass(_ provider: String) async throws {
        do {
            try await Gate(Self.gate(provider), pool: pool, patience: patience).pass()
        } catch JobFailure.throttled(let reason, let wait) {
            throw MarketDataError(.throttled, provider, reason, retryAfter: wait)
        }
        try await count("request", provider)
    }

    private func failed(_ error: MarketDataError, _ provider: String) async throws {
        guard error.code == .throttled else { return }
        try await count("throttled", provider)
        // Until when, if the vendor says so; else everybody waits a little.
        try await close(provider, for: error.retryAfter ?? .seconds(1), "too many requests")
    }

    private func close(_ provider: String, for time: Duration, _ reason: String) async throws {
        guard time > .zero else { return }
        try await Gate(Self.gate(provider), pool: pool)
            .close(for: min(time, .seconds(86_400)), because: reason)
    }

    func count(_ event: String, _ provider: String) async throws {
        try await pool.withConnection { connection in
            try await Market.count(event, of: provider, on: connection)
        }
    }

    static func gate(_ provider: String) -> String { "market:" + provider }
}
