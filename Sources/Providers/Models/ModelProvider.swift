/// Who serves a language model; the raw values are those of `agent.model.provider`.
package enum ModelProvider: String, Sendable, CaseIterable {
    case anthropic, openai, gemini
    /// Any server that speaks OpenAI's chat completions, by its base URL.
    case local

    /// The provider that a model's name belongs to: `claude-*`, `gpt-*` and `o1`-like names,
    /// `gemini-*`; everything else is local.
    package init(serving model: String) {
        let name = model.lowercased()
        if name.hasPrefix("claude-") {
            self = .anthropic
        } else if name.hasPrefix("gemini-") {
            self = .gemini
        } else if name.hasPrefix("gpt-") || name.hasPrefix("chatgpt-") || Self.isOSeries(name) {
            self = .openai
        } else {
            self = .local
        }
    }

    /// `o3`, `o4-mini`: the letter, a digit, and then a dash or nothing.
    private static func isOSeries(_ name: String) -> Bool {
        guard name.first == "o" else { return false }
        let digits = name.dropFirst().prefix { $0.isASCII && $0.isNumber }
        let rest = name.dropFirst(1 + digits.count)
        return !digits.isEmpty && (rest.isEmpty || rest.first == "-")
    }
}
