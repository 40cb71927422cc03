internal import Foundation

/// How often and how long after a failure a server is asked again.
package struct RetryPolicy: Equatable, Sendable {
    /// How often again, after the first time.
    package var retries = 3
    /// The first wait; each further one is twice as long, up to `longestWait`.
    package var firstWait = Duration.milliseconds(500)
    package var longestWait = Duration.seconds(8)
    /// The longest wait that a server may ask for; for a longer one nobody stays.
    package var longestAsked = Duration.seconds(60)
    /// All waits of one question together.
    package var totalWait = Duration.seconds(120)

    package init() {}

    /// How long to wait before the next try; nil to give up.
    ///
    /// - Parameters:
    ///   - attempt: how often it was tried, from 1.
    ///   - waited: all waits so far.
    ///   - jitter: 0...1, how much of a quarter of the wait is taken off.
    package func wait(
        after error: ModelError, attempt: Int, waited: Duration, jitter: Double
    ) -> Duration? {
        guard error.isTransient, attempt <= retries else { return nil }
        let wait: Duration
        if let asked = error.retryAfter {
            guard asked <= longestAsked else { return nil }
            wait = asked
        } else {
            let doubled = firstWait * pow(2, Double(attempt - 1))
            wait = min(doubled, longestWait) * (1 - 0.25 * jitter)
        }
        return waited + wait <= totalWait ? wait : nil
    }

    /// The wait that the headers of an answer ask for, of the most exact kind that is there:
    /// `retry-after-ms`, then `retry-after` in seconds or as a date.
    static func asked(_ headers: HTTPHeaders, now: Date) -> Duration? {
        if let value = headers["retry-after-ms"].flatMap(Double.init),
            let wait = wait(seconds: value / 1000)
        {
            return wait
        }
        guard let text = headers["retry-after"] else { return nil }
        if let value = Double(text) { return wait(seconds: value) }
        return httpDate(text).flatMap { wait(seconds: max(0, $0.timeIntervalSince(now))) }
    }

    /// A wait that somebody asks for, a day at most; nil if it is no time.
    static func wait(seconds: Double) -> Duration? {
        seconds.isFinite && seconds >= 0 ? .seconds(min(seconds, 86_400)) : nil
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    private static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }

    /// `x-should-retry`, which wins over everything else.
    static func serverSays(_ headers: HTTPHeaders) -> Bool? {
        headers["x-should-retry"].flatMap { Bool($0.lowercased()) }
    }
}
