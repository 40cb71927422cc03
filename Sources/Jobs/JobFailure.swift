package import FoundationEssentials
internal import Postgres

/// An error that knows what is to become of the job in which it came up.
package protocol JobFailureConvertible: Error {
    var jobFailure: JobFailure { get }
}

/// What is to become of a job that could not be done. The text goes into the job's history.
package enum JobFailure: Error, Sendable, Equatable {
    /// Another attempt would fail alike: the job is dead at once.
    case permanent(String)
    /// Try again: after the kind's growing wait, or after this time, which spends no attempt.
    case retry(String, after: Duration? = nil)
    /// Somebody asked to come back later (429, a closed gate): spends no attempt.
    case throttled(String, for: Duration)

    /// As above with a time of day, as `Retry-After` may hold one.
    package static func throttled(
        _ reason: String, until: Date, now: Date = Date()
    ) -> JobFailure {
        .throttled(reason, for: .seconds(max(0, until.timeIntervalSince(now))))
    }

    /// What any error of a handler means for its job.
    package init(_ error: any Error) {
        self =
            switch error {
            case let failure as JobFailure: failure
            case let error as any JobFailureConvertible: error.jobFailure
            case let error as PostgresError: .retry(error.description)
            case is CancellationError: .retry("the worker was stopped", after: .zero)
            default: .retry(String(describing: error))
            }
    }

    /// The text for the job's history.
    package var reason: String {
        switch self {
        case .permanent(let reason), .retry(let reason, _), .throttled(let reason, _): reason
        }
    }

    /// How long somebody asked to be left alone; nil if nobody did.
    package var throttle: Duration? {
        if case .throttled(_, let wait) = self { wait } else { nil }
    }

    var isPermanent: Bool {
        if case .permanent = self { true } else { false }
    }

    /// How long to wait, as the queue takes it; nil for the kind's own wait.
    package var wait: Duration? {
        let asked: Duration? =
            switch self {
            case .permanent: nil
            case .retry(_, let after): after
            // Whoever refuses us and asks for no wait would be asked again at once, for ever.
            case .throttled(_, let wait): wait > .zero ? wait : Self.leastThrottle
            }
        return asked.map { min(max($0, .zero), Self.longestWait) }
    }

    private static let leastThrottle = Duration.seconds(1)
    private static let longestWait = Duration.seconds(365 * 86_400)
}
