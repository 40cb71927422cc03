import Providers
import Trading

/// No model answered, and nobody may judge in its place.
package struct NoModelAnswered: Error, CustomStringConvertible {
    package let step: Step
    package let reasons: [String]
    /// When one may be asked again that wanted to be left alone; nil where that would not help.
    package var wait: Duration?

    package var description: String {
        let why = reasons.isEmpty ? "none may be asked" : reasons.joined(separator: "; ")
        return "no language model answered for \(step.rawValue): \(why)"
    }
}

extension ModelAnalyst {
    /// Asks down the chain until somebody judges.
    ///
    /// - Parameters:
    ///   - read: makes the opinion of an answer of the form; throws `AnswerFlaw` if it cannot be meant.
    ///   - otherwise: the opinion where the answer cannot be meant.
    func judge<Value: Sendable>(
        _ step: Step, _ item: Case,
        _ read: (JSONValue) throws -> Value,
        otherwise: (String) -> Value,
        rules: () async throws -> Judgment<Value>
    ) async throws -> Judgment<Value> {
        guard let prompt = prompts[step] else {
            throw NoModelAnswered(step: step, reasons: ["it has no prompt"])
        }
        let question = try Question(
            step, item, prompt: prompt, form: try AnswerForms.form(step, prompt))
        return try await judge(question, read, otherwise: otherwise, rules: rules)
    }

    func judge<Value: Sendable>(
        _ question: Question,
        _ read: (JSONValue) throws -> Value,
        otherwise: (String) -> Value,
        rules: () async throws -> Judgment<Value>
    ) async throws -> Judgment<Value> {
        let step = question.step
        let chain = try await desk.route(step, promptTokens: question.tokens)
        if let kept = try await kept(question, chain) {
            return try opinion(kept, question, read, otherwise)
        }
        var failures: [String] = []
        var shortestWait: Duration?
        for route in chain {
            if route.isRules {
                if let shortestWait, shortestWait <= patience { break }
                return try await fallback(rules, failures)
            }
            guard let model = models(route.provider, route.model) else { continue }
            if let wait = try await desk.pass(route.provider) {
                failures.append("\(route.provider) \(route.model): its gate is closed for \(wait)")
                shortestWait = min(wait, shortestWait ?? wait)
                continue
            }
            do {
                let said = try await ask(model, route, question)
                return try opinion(said, question, read, otherwise)
            } catch let error as ModelError {
                if error.code == .cancelled { throw CancellationError() }
                if let wait = error.wishedPause {
                    try await desk.close(route.provider, for: wait, because: error.description)
                    shortestWait = min(wait, shortestWait ?? wait)
                }
                failures.append(error.description)
            }
        }
        throw NoModelAnswered(step: step, reasons: failures, wait: shortestWait)
    }

    /// What a model said to a question.
    private struct Said {
        let outcome: KeptOutcome
        let author: Author
    }

    private func fallback<Value>(
        _ rules: () async throws -> Judgment<Value>, _ failures: [String]
    ) async throws -> Judgment<Value> {
        let judgment = try await rules()
        guard !failures.isEmpty else { return judgment }
        var author = judgment.author
        author.notes.append(AgentNote(.modelsUnavailable, failures.joined(separator: "; ")))
        return Judgment(judgment.value, by: author)
    }

    private func opinion<Value>(
        _ said: Said, _ question: Question, _ read: (JSONValue) throws -> Value,
        _ otherwise: (String) -> Value
    ) throws -> Judgment<Value> {
        func rejected(_ flaw: String) -> Judgment<Value> {
            let reason = "the answer of \(said.author.name) cannot be meant: \(flaw)"
            return Judgment(otherwise(reason), by: said.author)
                .replaced(by: otherwise(reason), flaw: reason)
        }
        switch said.outcome {
        case .flaw(let flaw): return rejected(flaw)
        case .value(let value):
            guard value["symbol"]?.string == question.symbol.text else {
                let other = value["symbol"]?.string?.prefix(40) ?? "nothing"
                return rejected("it is about \(other), not about \(question.symbol)")
            }
            do {
                return Judgment(try read(value), by: said.author)
            } catch let flaw as AnswerFlaw {
                return rejected(flaw.reason)
            }
        }
    }

    // MARK: - Answers that are kept

    /// Looks for an answer of any model of the chain, so that a cycle that is resumed pays nobody twice,
    /// though the chain may have another order now.
    private func kept(_ question: Question, _ chain: [ModelRoute]) async throws -> Said? {
        let routes = chain.filter { !$0.isRules }
        let keys = routes.flatMap {
            [question.key($0, cycle: nil), question.key($0, cycle: cycle)]
        }
        guard !keys.isEmpty, let kept = try await desk.kept(keys) else { return nil }
        // A schema that changed since makes another key, so a kept value still fits.
        var call = self.call(question, kept.provider, kept.model)
        call.isReplayed = true
        call.prompt = question.text
        call.answer = kept.outcome.json.text()
        if case .flaw(let flaw) = kept.outcome {
            call.outcome = "invalid"
            call.error = flaw
        }
        _ = try await desk.record(call)
        var author = Author(kept.model, promptVersion: question.prompt.label)
        author.cost = 0
        author.notes.append(
            AgentNote(.answerReplayed, "\(kept.model) had answered this question before"))
        return Said(outcome: kept.outcome, author: author)
    }

    // MARK: - Asking

    /// - Throws: `ModelError` when the model did not answer; the next may be asked.
    private func ask(
        _ model: any LanguageModel, _ route: ModelRoute, _ question: Question
    ) async throws -> Said {
        var call = self.call(question, route.provider, route.model)
        call.prompt = question.text
        let start = Stopwatch(clock)
        let outcome: KeptOutcome
        do throws(ModelError) {
            let answer = try await model.structured(question.request)
            call.usage = answer.usage
            call.attempts = answer.attempts
            call.answer = answer.text
            outcome = .value(answer.value)
            call.keep = (question.key(route, cycle: nil), outcome)
        } catch {
            call.outcome = error.outcome
            call.usage = error.usage
            call.attempts = error.attempts
            call.answer = error.partialText.isEmpty ? nil : error.partialText
            call.error = error.message
            call.milliseconds = start.milliseconds
            guard error.isAnswer else {
                _ = try await desk.record(call)
                throw error
            }
            outcome = .flaw("\(error.code.rawValue): \(error.message)")
            // It was paid for: within this cycle it is not asked again.
            call.keep = (question.key(route, cycle: cycle), outcome)
        }
        call.milliseconds = start.milliseconds
        var author = Author(route.model, promptVersion: question.prompt.label)
        author.cost = try await desk.record(call)
        author.promptTokens = call.usage?.prompt
        author.completionTokens = call.usage?.completion
        return Said(outcome: outcome, author: author)
    }

    private func call(_ question: Question, _ provider: String, _ model: String) -> ModelCall {
        ModelCall(
            step: question.step, symbol: question.symbol, provider: provider, model: model,
            promptVersion: question.prompt.label)
    }
}

extension ModelError {
    /// Whether the model did answer, though nothing that counts.
    fileprivate var isAnswer: Bool {
        code == .invalidAnswer || code == .truncated || code == .refused
    }

    /// How long its provider wants to be left alone; a server that does not say gets a while.
    fileprivate var wishedPause: Duration? {
        if let retryAfter, retryAfter > .zero { return retryAfter }
        return code == .rateLimited ? .seconds(10) : nil
    }
}

/// How long something takes by a clock of any kind.
private struct Stopwatch {
    private let read: () -> Duration

    init(_ clock: any Clock<Duration>) { read = Self.reader(clock) }

    var milliseconds: Double { read() / .milliseconds(1) }

    private static func reader<C: Clock>(_ clock: C) -> () -> Duration
    where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
