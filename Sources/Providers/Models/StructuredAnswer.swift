/// An answer that was held to its schema.
package struct StructuredAnswer: Sendable, Equatable {
    package let value: JSONValue
    /// The text it was read from.
    package let text: String
    /// Of all rounds together.
    package let usage: TokenUsage
    /// Whether the first answer was wrong and the second was not.
    package let isRepaired: Bool
    /// How often the server was asked, repairs and retries included.
    package let attempts: Int
}

extension LanguageModel {
    /// Asks for an answer of the request's form.
    ///
    /// An answer that does not fit is shown to the model once, with what is wrong about it, to be
    /// mended; then it fails with `.invalidAnswer`. A refusal and an answer that was cut off are not
    /// mended.
    package func structured(
        _ request: ModelRequest
    ) async throws(ModelError) -> StructuredAnswer {
        guard let form = request.form else {
            throw ModelError(.invalidRequest, provider, name, "a structured answer needs a form")
        }
        let first = try await complete(request)
        let reading = try read(first, form, usage: first.usage, attempts: first.attempts)
        guard case .wrong(let violations) = reading else {
            return answer(reading, first, usage: first.usage, isRepaired: false, first.attempts)
        }
        var again = request
        again.messages.append(ModelMessage(first))
        again.messages.append(ModelMessage(.user, Self.repairText(violations)))
        let second: ModelAnswer
        do {
            second = try await complete(again)
        } catch {
            var error = error
            error.usage = first.usage + error.usage
            error.attempts += first.attempts
            throw error
        }
        let usage = first.usage + second.usage
        let attempts = first.attempts + second.attempts
        let repaired = try read(second, form, usage: usage, attempts: attempts)
        guard case .wrong(let left) = repaired else {
            return answer(repaired, second, usage: usage, isRepaired: true, attempts)
        }
        throw failure(
            .invalidAnswer, "after its repair still: " + left.prefix(5).joined(separator: "; "),
            second, usage, attempts)
    }

    private func answer(
        _ reading: Reading, _ answer: ModelAnswer, usage: TokenUsage, isRepaired: Bool,
        _ attempts: Int
    ) -> StructuredAnswer {
        guard case .right(let value) = reading else {
            preconditionFailure("only a right reading is an answer")
        }
        return StructuredAnswer(
            value: value, text: answer.text, usage: usage, isRepaired: isRepaired,
            attempts: attempts)
    }

    private func read(
        _ answer: ModelAnswer, _ form: AnswerForm, usage: TokenUsage, attempts: Int
    ) throws(ModelError) -> Reading {
        switch answer.stop {
        case .refusal(let why): throw failure(.refused, why, answer, usage, attempts)
        case .maxTokens:
            throw failure(.truncated, "the answer was cut off", answer, usage, attempts)
        case .end, .stopSequence, .toolUse, .other: break
        }
        do {
            let value = try JSONValue(parsing: Self.unfenced(answer.text))
            let violations = form.schema.violations(in: value)
            return violations.isEmpty ? .right(value) : .wrong(violations.map(\.description))
        } catch {
            return .wrong(["the answer is no JSON: \(error.description)"])
        }
    }

    private func failure(
        _ code: ModelError.Code, _ message: String, _ answer: ModelAnswer, _ usage: TokenUsage,
        _ attempts: Int
    ) -> ModelError {
        var error = ModelError(code, provider, name, message)
        error.partialText = answer.text
        error.usage = usage
        error.attempts = attempts
        return error
    }

    /// Some servers put the JSON between the marks of a Markdown block; one block, and nothing
    /// beside it, is taken for what it holds.
    private static func unfenced(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let bare = lines.drop { $0.allSatisfy(\.isWhitespace) }
        guard let first = bare.first, first == "```json" || first == "```",
            let end = bare.dropFirst().firstIndex(where: { $0 == "```" }),
            lines[(end + 1)...].allSatisfy({ $0.allSatisfy(\.isWhitespace) })
        else { return text }
        return bare[(bare.startIndex + 1)..<end].joined(separator: "\n")
    }

    private static func repairText(_ violations: [String]) -> String {
        "Your answer does not fit the schema:\n"
            + violations.prefix(10).map { "- \($0)" }.joined(separator: "\n")
            + "\nAnswer again with one JSON value of the schema and nothing else."
    }
}

private enum Reading {
    case right(JSONValue)
    case wrong([String])
}
