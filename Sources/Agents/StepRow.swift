package import Trading

/// What a step says about a symbol: an output with a verdict in one word and a reason.
package protocol StepOutput: Codable, Sendable {
    var symbol: Symbol { get }
    var verdictWord: String { get }
    var reason: String { get }
}

extension Signal: StepOutput {
    package var verdictWord: String { action.rawValue }
}

extension RiskAssessment: StepOutput {
    package var verdictWord: String { verdict.rawValue }
}

extension Validation: StepOutput {
    package var verdictWord: String { verdict.rawValue }
}

extension Decision: StepOutput {
    package var verdictWord: String { action.rawValue }
}

/// A checkpoint: one row of `agent.step`.
package struct StepRow<Output: StepOutput>: Codable, Sendable {
    /// The verdict of a row whose symbol was stopped by an earlier step.
    package static var skipped: String { "skipped" }

    package let symbol: Symbol
    package let verdict: String
    package let reason: String
    /// nil if skipped.
    package let output: Output?
    /// Who judged, such as `rules-v1`.
    package let model: String
    package let promptVersion: String?
    /// SHA-256 of everything the step was given, in hexadecimal.
    package let inputHash: String
    /// How long the judgment took, in milliseconds.
    package let milliseconds: Double
    /// nil where no model was asked.
    package let promptTokens: Int?
    package let completionTokens: Int?
    /// What it cost, in US dollars; nil where nothing is charged.
    package let cost: Money?
    /// What becomes an event beside the step's own; not part of the row.
    package var notes: [AgentNote] = []

    package init(
        symbol: Symbol, verdict: String, reason: String, output: Output?, author: Author,
        inputHash: String, milliseconds: Double
    ) {
        self.symbol = symbol
        self.verdict = verdict
        self.reason = reason
        self.output = output
        model = author.name
        promptVersion = author.promptVersion
        promptTokens = author.promptTokens
        completionTokens = author.completionTokens
        cost = author.cost
        notes = author.notes
        self.inputHash = inputHash
        self.milliseconds = milliseconds
    }

    enum CodingKeys: String, CodingKey {
        case symbol, verdict, reason, output, model, cost
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case promptVersion = "prompt_version"
        case inputHash = "input_hash"
        case milliseconds = "ms"
    }
}
