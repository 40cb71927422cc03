package import Trading

/// An opinion, and whose it is.
@dynamicMemberLookup
package struct Judgment<Value: Sendable>: Sendable {
    package let value: Value
    package let author: Author

    package init(_ value: Value, by author: Author) {
        self.value = value
        self.author = author
    }

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        value[keyPath: path]
    }

    /// Another opinion that rests on this one.
    package func map<Other: Sendable>(_ change: (Value) throws -> Other) rethrows -> Judgment<Other>
    {
        Judgment<Other>(try change(value), by: author)
    }

    /// The same author's answer cannot be meant: this stands in its place, and an event says why.
    package func replaced<Other: Sendable>(by other: Other, flaw: String) -> Judgment<Other> {
        var author = author
        author.notes.append(AgentNote(.answerRejected, flaw))
        return Judgment<Other>(other, by: author)
    }
}

extension Judgment: Equatable where Value: Equatable {}

/// Who judged, and what it took.
package struct Author: Equatable, Sendable {
    /// Such as `rules-v1` or `claude-haiku-4-5`.
    package let name: String
    package let promptVersion: String?
    package var promptTokens: Int?
    package var completionTokens: Int?
    /// In US dollars; nil where nothing is charged.
    package var cost: Money?
    /// What is to be told of besides the opinion itself.
    package var notes: [AgentNote] = []

    package init(_ name: String, promptVersion: String? = nil) {
        self.name = name
        self.promptVersion = promptVersion
    }
}

/// Something that happened while an agent judged; it becomes an event of the cycle.
package struct AgentNote: Equatable, Sendable {
    /// The raw values are those of `agent.event.type`.
    package enum Kind: String, Sendable {
        /// A model's answer could not be meant; nothing came of it.
        case answerRejected = "ModelAnswerRejected"
        /// Models that were to be asked did not answer; who judged in their place is in the step.
        case modelsUnavailable = "ModelsUnavailable"
        /// The desk's own trades like this one lost money.
        case similarFailures = "SimilarSetupsFailed"
        /// The answer was one that the model had given before.
        case answerReplayed = "ModelAnswerReplayed"
    }

    package let kind: Kind
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
