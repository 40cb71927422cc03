package import Agents
package import Jobs
package import Providers

/// What the outside world's errors mean for the job in which they come up: who asks to be left alone
/// (429, a closed gate) is asked again at that time, at no attempt.
extension BrokerError: JobFailureConvertible {
    package var jobFailure: JobFailure {
        retryAfter.map { .throttled(description, for: $0) } ?? .retry(description)
    }
}

extension NoModelAnswered: JobFailureConvertible {
    package var jobFailure: JobFailure {
        wait.map { .throttled(description, for: $0) } ?? .retry(description)
    }
}
