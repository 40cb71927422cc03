/// Why a language model gave no answer that counts. Never shows a key or a prompt.
package struct ModelError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, Equatable {
        /// The server does not understand or take what it was asked.
        case invalidRequest = "invalid request"
        case unauthorised
        case notFound = "not found"
        /// Too much was asked lately; later it may work.
        case rateLimited = "rate limited"
        /// Nothing is left of a paid quota: waiting does not help.
        case quotaExhausted = "quota exhausted"
        case overloaded
        case server
        case timeout
        case unreachable
        /// The answer ended before its end.
        case cut
        /// The answer is not of the vendor's form.
        case unreadable
        case tooLarge = "too large"
        case refused
        /// The answer was cut off at the most tokens allowed.
        case truncated
        /// The text does not fit its schema, after its repair.
        case invalidAnswer = "invalid answer"
        case cancelled
    }

    package let code: Code
    package let provider: ModelProvider
    package let model: String
    package let message: String
    package var status: Int?
    /// How long the server wants to be left alone.
    package var retryAfter: Duration?
    /// Whether the server itself says that another try helps or does not.
    package var serverSaysRetry: Bool?
    /// What had come before it broke off.
    package var partialText = ""
    package var attempts = 1
    /// What was paid all the same.
    package var usage = TokenUsage()

    package init(
        _ code: Code, _ provider: ModelProvider, _ model: String, _ message: String,
        status: Int? = nil
    ) {
        self.code = code
        self.provider = provider
        self.model = model
        self.message = message
        self.status = status
    }

    package var description: String {
        let number = status.map { " (status \($0))" } ?? ""
        return "\(provider.rawValue) \(model): \(code.rawValue)\(number): \(message)"
    }

    /// Whether the same question may be answered later.
    package var isTransient: Bool {
        if let serverSaysRetry { return serverSaysRetry }
        return switch code {
        case .rateLimited, .overloaded, .server, .timeout, .unreachable, .cut, .unreadable: true
        case .invalidRequest, .unauthorised, .notFound, .quotaExhausted, .tooLarge, .refused,
            .truncated, .invalidAnswer, .cancelled:
            false
        }
    }

    /// The word of `agent.call.outcome`.
    package var outcome: String {
        switch code {
        case .refused, .truncated, .invalidAnswer: "invalid"
        case .timeout: "timeout"
        case .rateLimited, .quotaExhausted: "rate_limited"
        case .cancelled: "canceled"
        default: "error"
        }
    }
}
