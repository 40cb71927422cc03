import Trading

extension RulesAnalyst {
    /// Rules add nothing to what was validated: they execute it.
    func rulesDecision(_ item: Case) -> Decision {
        let side = item.signal?.action.side ?? .buy
        let validation = item.validation
        return Decision(
            symbol: item.view.symbol, action: .execute, side: side,
            quantity: validation?.quantity ?? 0, confidence: validation?.confidence ?? .zero,
            reason: words(item, side))
    }

    /// The chain of reasons in one sentence.
    private func words(_ item: Case, _ side: Side) -> String {
        let wish = item.signal?.quantity ?? 0
        let final = item.validation?.quantity ?? 0
        let size = final == wish ? "\(final)" : "\(final) of the \(wish) wished for"
        let parts = [item.signal?.reason, item.assessment?.reason, item.validation?.reason]
        return "\(side.rawValue) \(size): " + parts.compactMap { $0 }.joined(separator: " | ")
    }
}
