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
        return warned(answer, item)
    }

    /// With a warning where closed trades that were opened in a like state lost money: an event, and
    /// half the confidence where most of them did.
    private func warned(_ answer: Judgment<Validation>, _ item: Case) -> Judgment<Validation> {
        guard let setups = item.view.setups, setups.failed > 0, let nearest = setups.failures.first
        else { return answer }
        let isMost = setups.failed * 2 > setups.n
        let warning =
            "\(setups.failed) of \(setups.n) closed trades opened in a state like this lost; the "
            + "nearest, \(nearest.symbol) of \(nearest.openedAt.prefix(10)) "
            + "(similarity \(nearest.similarity.fixed(2))), \(nearest.returnFraction.signedPercent)"
        let validation = answer.value
        var author = answer.author
        author.notes.append(AgentNote(.similarFailures, warning))
        return Judgment(
            Validation(
                symbol: validation.symbol, verdict: validation.verdict,
                quantity: validation.quantity,
                confidence: isMost
                    ? Fraction(validation.confidence.value / 2) : validation.confidence,
                reason: "warning: \(warning)\(isMost ? ": confidence halved" : ""); "
                    + validation.reason),
            by: author)
    }
}
