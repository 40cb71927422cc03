/// A whole answer of a language model.
package struct ModelAnswer: Sendable, Equatable {
    package enum Stop: Sendable, Equatable {
        /// It said what it had to say.
        case end
        case toolUse
        case stopSequence
        /// It was cut off at `maxTokens`.
        case maxTokens
        /// It, or its server, would not answer.
        case refusal(String)
        case other(String)
    }

    package let text: String
    package let toolCalls: [ToolCall]
    package let stop: Stop
    package let usage: TokenUsage
    /// The model that answered, as its server names it.
    package let model: String
    /// How often it was asked until this answer came.
    package var attempts = 1

    package init(
        text: String, toolCalls: [ToolCall] = [], stop: Stop = .end,
        usage: TokenUsage = TokenUsage(), model: String
    ) {
        self.text = text
        self.toolCalls = toolCalls
        self.stop = stop
        self.usage = usage
        self.model = model
    }
}

/// What an answer took, in tokens.
package struct TokenUsage: Sendable, Equatable {
    /// All tokens of the prompt.
    package var prompt = 0
    /// How many of them the server had kept from earlier; they cost less.
    package var cached = 0
    package var completion = 0

    package init(prompt: Int = 0, cached: Int = 0, completion: Int = 0) {
        self.prompt = prompt
        self.cached = cached
        self.completion = completion
    }

    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: left.prompt + right.prompt, cached: left.cached + right.cached,
            completion: left.completion + right.completion)
    }
}

/// A piece of an answer that is being written.
package enum ModelDelta: Sendable, Equatable {
    case text(String)
    /// The model begins to call a tool.
    case toolCall(name: String)
    /// The last one: the whole answer.
    case finished(ModelAnswer)
}
