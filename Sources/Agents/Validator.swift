import Trading

/// The third agent: a second opinion on what risk let through.
struct Validator: Sendable {
    let analyst: any Analyst

    func validation(of item: Case) async throws -> Judgment<Validation> {
        guard let signal = item.signal, let assessment = item.assessment else {
            preconditionFailure("a case comes here with its signal and its assessment")
        }
        guard signal.action == .buy else {
            let passed = Validation(
                symbol: signal.symbol, verdict: .validated, quantity: assessment.quantity,
                confidence: signal.confidence, reason: "an exit needs no second opinion")
            return Judgment(passed, by: analyst.bystander)
        }
        let answer = try await analyst.validation(of: item)
        let isBounded =
            answer.symbol == signal.symbol && (0...1).contains(answer.confidence.value)
            && answer.quantity >= 0 && answer.quantity <= assessment.quantity
        guard isBounded else {
            let reason =
                "\(answer.author.name) answered beyond its bounds: \(answer.quantity) "
                + "of \(answer.symbol) where risk approved \(assessment.quantity)"
            let refused = Validation(
                symbol: signal.symbol, verdict: .refused, quantity: 0, confidence: .zero,
                reason: reason)
            return answer.replaced(by: refused, flaw: reason)
        }
        return answer
    }
}
