/// Risk's answer to a signal: whether it may go on, and how large.
package struct RiskAssessment: Equatable, Sendable, Codable {
    package enum Verdict: String, Codable, Sendable {
        case approved, refused
    }

    /// A quantity cut down to a limit; what is cut off stays cash.
    package struct Clamp: Equatable, Sendable, Codable {
        package let before: Quantity
        package let after: Quantity
        /// The code of the limit.
        package let limit: String

        package init(before: Quantity, after: Quantity, limit: String) {
            self.before = before
            self.after = after
            self.limit = limit
        }
    }

    package let symbol: Symbol
    package let verdict: Verdict
    /// How much may be ordered; 0 if refused.
    package let quantity: Quantity
    package let check: OrderCheck
    package let clamp: Clamp?
    /// The soft assessment; empty when a hard limit spoke first.
    package let factors: [RiskFactor]
    package let reason: String

    package init(
        symbol: Symbol, verdict: Verdict, quantity: Quantity, check: OrderCheck,
        clamp: Clamp? = nil,
        factors: [RiskFactor] = [], reason: String
    ) {
        self.symbol = symbol
        self.verdict = verdict
        self.quantity = quantity
        self.check = check
        self.clamp = clamp
        self.factors = factors
        self.reason = reason
    }
}

/// One thing that makes a trade more or less risky, measured.
package struct RiskFactor: Equatable, Sendable, Codable {
    package enum Verdict: String, Codable, Sendable, Comparable {
        case fine, caution, refuse

        private var severity: Int {
            switch self {
            case .fine: 0
            case .caution: 1
            case .refuse: 2
            }
        }

        package static func < (left: Verdict, right: Verdict) -> Bool {
            left.severity < right.severity
        }
    }

    package let name: String
    package let verdict: Verdict
    /// What was measured; nil when it could not be.
    package let value: Double?
    package let reason: String

    package init(name: String, verdict: Verdict, value: Double?, reason: String) {
        self.name = name
        self.verdict = verdict
        self.value = value
        self.reason = reason
    }
}
