package import Providers
package import Trading

/// What the database knows of models for one cycle: whom to ask, in which words, and what was
/// answered. Each call is one short transaction.
package protocol ModelDesk: Sendable {
    /// The models for a task, in the order in which to ask them.
    func route(_ step: Step, promptTokens: Int) async throws -> [ModelRoute]

    /// The first answer that is kept to one of these questions; nil if there is none.
    func kept(_ keys: [QuestionKey]) async throws -> KeptAnswer?

    /// Passes the provider's gate, which all workers share.
    ///
    /// - Returns: nil when it may be asked; else for how long it may not.
    func pass(_ provider: String) async throws -> Duration?

    /// Closes the gate for all workers: the provider asked to be left alone.
    func close(_ provider: String, for time: Duration, because reason: String) async throws

    /// Writes a call into the log and keeps its answer, both or neither, before anybody uses it.
    ///
    /// - Returns: what the call cost, in US dollars.
    func record(_ call: ModelCall) async throws -> Money
}

/// One place in the chain of models for a task.
package struct ModelRoute: Equatable, Sendable {
    /// As in `agent.model.provider`; `rules` is the analyst without a model.
    package let provider: String
    package let model: String
    /// Why it has this place.
    package let reason: String

    package init(provider: String, model: String, reason: String) {
        self.provider = provider
        self.model = model
        self.reason = reason
    }

    var isRules: Bool { provider == "rules" }
}

/// The words in which a step asks, in one of their versions.
package struct PromptVersion: Equatable, Sendable {
    /// Such as `system:DataAgent@3`.
    package let label: String
    package let body: String
    /// The form of the answer; nil for the step's own.
    package let schema: JSONValue?

    package init(label: String, body: String, schema: JSONValue? = nil) {
        self.label = label
        self.body = body
        self.schema = schema
    }
}

/// SHA-256 of everything that was asked.
package struct QuestionKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// An answer that was given before.
package struct KeptAnswer: Equatable, Sendable {
    package let key: QuestionKey
    package let provider: String
    package let model: String
    package let outcome: KeptOutcome

    package init(key: QuestionKey, provider: String, model: String, outcome: KeptOutcome) {
        self.key = key
        self.provider = provider
        self.model = model
        self.outcome = outcome
    }
}

/// What a question came to, to be kept so that nobody pays for it twice.
package enum KeptOutcome: Equatable, Sendable {
    /// An answer of its form.
    case value(JSONValue)
    /// An answer that was none.
    case flaw(String)

    /// As it is stored.
    package var json: JSONValue {
        switch self {
        case .value(let value): ["value": value]
        case .flaw(let flaw): ["flaw": .string(flaw)]
        }
    }

    package init?(_ json: JSONValue) {
        if let value = json["value"] {
            self = .value(value)
        } else if let flaw = json["flaw"]?.string {
            self = .flaw(flaw)
        } else {
            return nil
        }
    }
}

/// One call of a model, for the log.
package struct ModelCall: Equatable, Sendable {
    package let step: Step
    package let symbol: Symbol
    package let provider: String
    package let model: String
    package let promptVersion: String
    /// The word of `agent.call.outcome`.
    package var outcome = "ok"
    package var usage: TokenUsage?
    package var milliseconds: Double?
    package var attempts = 1
    package var isReplayed = false
    package var prompt = ""
    package var answer: String?
    package var error: String?
    /// What is to be kept, and under which question.
    package var keep: (key: QuestionKey, outcome: KeptOutcome)?

    package static func == (left: ModelCall, right: ModelCall) -> Bool {
        left.step == right.step && left.symbol == right.symbol && left.model == right.model
            && left.outcome == right.outcome && left.isReplayed == right.isReplayed
            && left.usage == right.usage && left.answer == right.answer
    }
}
