package import FoundationEssentials

/// What somebody must hear of, in the words of its template.
package struct AlertMessage: Equatable, Sendable {
    package enum Severity: String, Sendable {
        case info, warning, critical
    }

    /// Tells this message on this route from all others; the same when it is sent again.
    package let id: String
    package let severity: Severity
    package let title: String
    package let body: String
    /// How often it happened so far.
    package let occurrences: Int
    package let at: Date

    package init(
        id: String, severity: Severity, title: String, body: String, occurrences: Int, at: Date
    ) {
        self.id = id
        self.severity = severity
        self.title = title
        self.body = body
        self.occurrences = occurrences
        self.at = at
    }

    /// The body, and how often it happened if that was more than once.
    var text: String { occurrences > 1 ? "\(body)\n(\(occurrences) times)" : body }
}

/// A way to reach people.
package protocol AlertChannel: Sendable {
    /// Hands a message over; it may arrive twice when the answer was lost.
    ///
    /// - Throws: `AlertError`.
    func send(_ message: AlertMessage, to target: String) async throws(AlertError)
}

/// Why a message was not handed over. Shows neither addresses of webhooks nor passwords.
package struct AlertError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable {
        /// It cannot be sent at all: another attempt would fail alike.
        case invalid
        /// The service did not take it; it may later.
        case unavailable
        /// The service asks to come back later.
        case throttled
    }

    package let code: Code
    package let message: String
    /// When to come back, if the service said so.
    package var retryAfter: Duration?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { message }
}

extension AlertError {
    /// A request that got no answer.
    init(_ error: HTTPError) {
        self.init(error.code == .invalidRequest ? .invalid : .unavailable, error.description)
    }
}
