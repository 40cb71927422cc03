import Trading

/// The fourth agent: EXECUTE or DO_NOT_EXECUTE, with the final size.
struct MetaAgent: Sendable {
    let analyst: any Analyst
    let settings: AgentSettings

    func decision(on item: Case) async throws -> Judgment<Decision> {
        guard let side = item.signal?.action.side, let validation = item.validation else {
            preconditionFailure("a case comes here with its signal and its validation")
        }
        let record = side == .buy ? AgentRecord(item.view.weights) : AgentRecord([:])
        let confidence = record.weighed(validation.confidence)
        func refusal(_ reason: String) -> Decision {
            Decision(
                symbol: item.view.symbol, action: .doNotExecute, side: side, quantity: 0,
                confidence: confidence, reason: reason)
        }
        if side == .buy, let reason = tooSmall(validation, confidence, record, item) {
            return Judgment(refusal(reason), by: analyst.bystander)
        }
        let answer = try await analyst.decision(on: item).map { record.weighed($0) }
        guard answer.action == .execute else { return answer.map { refusal($0.reason) } }
        let isBounded =
            answer.symbol == item.view.symbol && answer.side == side && answer.quantity.isPositive
            && answer.quantity <= validation.quantity
        guard isBounded else {
            let reason =
                "\(answer.author.name) answered beyond its bounds: \(answer.side) "
                + "\(answer.quantity) of \(answer.symbol) where \(side) \(validation.quantity) "
                + "was validated"
            return answer.replaced(by: refusal(reason), flaw: reason)
        }
        return answer
    }

    /// Why an entry is not worth its fees or its doubts; nil if it is.
    private func tooSmall(
        _ validation: Validation, _ confidence: Fraction, _ record: AgentRecord, _ item: Case
    ) -> String? {
        if confidence.value < settings.leastConfidence {
            return "confidence \(confidence) is below \(settings.leastConfidence.percent)"
                + (record.words.map { ", \($0)" } ?? "")
        }
        guard let close = item.view.close, let equity = item.view.account?.equity.double else {
            return "there is no price or no account"
        }
        let value = validation.quantity.double * close
        guard value >= settings.leastEntryFraction * equity else {
            return "\(validation.quantity) for \(value.fixed(2)) is less than "
                + "\(settings.leastEntryFraction.percent) of equity: fees would eat it"
        }
        return nil
    }

    /// Exits first, for they free cash and exposure; then the most confident; then by symbol.
    func goesFirst(_ left: Decision, _ right: Decision) -> Bool {
        if left.side != right.side { return left.side == .sell }
        if left.confidence != right.confidence { return left.confidence > right.confidence }
        return left.symbol < right.symbol
    }
}
