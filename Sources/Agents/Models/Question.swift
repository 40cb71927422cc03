internal import Foundation
import Providers
import Trading

/// What a step asks about a symbol: the words of its prompt, and one JSON document.
///
/// Every figure in the document comes from the view, which the database computed. What others wrote
/// stands in a member of its own as JSON strings, which end where they end: no text can break out.
struct Question: Sendable {
    let step: Step
    let symbol: Symbol
    let prompt: PromptVersion
    let request: ModelRequest

    init(
        _ step: Step, _ item: Case, prompt: PromptVersion, form: AnswerForm
    ) throws {
        self.step = step
        symbol = item.view.symbol
        self.prompt = prompt
        request = ModelRequest(
            system: prompt.body, user: try Self.document(step, item).text(), form: form)
    }

    /// All that was asked, for the log.
    var text: String { (request.system ?? "") + "\n\n" + (request.messages.first?.text ?? "") }

    /// About how many tokens the question has: four bytes each, as English prose and JSON take.
    var tokens: Int { text.utf8.count / 4 }

    /// The question's key for a model.
    ///
    /// - Parameter cycle: nil for an answer that any cycle may use.
    func key(_ route: ModelRoute, cycle: String?) -> QuestionKey {
        let whole: JSONValue = [
            "provider": .string(route.provider), "model": .string(route.model),
            "prompt": .string(prompt.label), "text": .string(text),
            "schema": request.form?.schema.value ?? .null,
            "max_tokens": .number(String(request.maxTokens)),
            "cycle": cycle.map { .string($0) } ?? .null,
        ]
        return QuestionKey(bytes: Array(SHA256.hash(Data(whole.text(isSorted: true).utf8))))
    }

    private struct Earlier: Encodable {
        let signal: Signal?
        let assessment: RiskAssessment?
        let validation: Validation?
    }

    private static func document(_ step: Step, _ item: Case) throws -> JSONValue {
        guard var figures = try json(item.view).object else {
            preconditionFailure("a view is an object")
        }
        figures["news"] = nil
        figures["strategy"] = nil
        // What their own words count is not for the agents to know.
        figures["weights"] = nil
        let memory: JSONValue =
            item.view.neighbours.isEmpty
            ? "none: \(item.view.missing ?? "nothing like this is remembered"); there are no lessons"
            : "the patterns and neighbours among the figures; there is nothing else"
        let earlier = Earlier(
            signal: item.signal, assessment: item.assessment, validation: item.validation)
        var document: JSONObject = [
            "task": .string(step.rawValue), "symbol": .string(item.view.symbol.text),
            "figures": .object(figures), "memory": memory, "portfolio": try json(item.portfolio),
            "earlier_steps": try json(earlier),
            "text_from_outside": try json(item.view.news),
        ]
        if step == .dataAgent, let words = item.view.strategy?.patternPrompt {
            document["patterns_in_words"] = .string(words)
        }
        return .object(document)
    }

    private static func json(_ value: some Encodable) throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try JSONValue(parsing: Array(try encoder.encode(value)))
    }
}
