/// What the strategy of a cycle says of one symbol.
package struct StrategyView: Equatable, Sendable, Codable {
    package enum Kind: String, Codable, Sendable {
        /// A document of conditions, which the database has evaluated.
        case rules
        /// A prompt, which a language model answers.
        case llm
    }

    package let strategyID: Int64
    package let name: String
    package let kind: Kind
    /// Of kind rules: whether it enters and leaves at this close.
    package let enters: Bool?
    package let leaves: Bool?
    /// Of kind llm: the name of its prompt, and the patterns in words that go with it.
    package let prompt: String?
    package let patternPrompt: String?
    /// Why it says nothing.
    package let missing: String?

    enum CodingKeys: String, CodingKey {
        case name, kind, enters, leaves, prompt, missing
        case strategyID = "strategy_id"
        case patternPrompt = "pattern_prompt"
    }

    package init(
        strategyID: Int64, name: String, kind: Kind, enters: Bool? = nil, leaves: Bool? = nil,
        prompt: String? = nil, patternPrompt: String? = nil, missing: String? = nil
    ) {
        self.strategyID = strategyID
        self.name = name
        self.kind = kind
        self.enters = enters
        self.leaves = leaves
        self.prompt = prompt
        self.patternPrompt = patternPrompt
        self.missing = missing
    }
}
