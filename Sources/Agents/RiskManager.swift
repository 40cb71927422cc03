import Trading

/// The second agent: hard limits first, then how risky the entry is.
struct RiskManager: Sendable {
    let analyst: any Analyst

    func assessment(of item: Case) async throws -> Judgment<RiskAssessment> {
        guard let signal = item.signal, let check = item.check else {
            preconditionFailure("a case comes here with its signal and the answer of the limits")
        }
        switch limited(signal.quantity, by: check) {
        case .refused(let reason):
            // The analyst is not asked: nothing it could say would count.
            return Judgment(refusal(item, check, reason), by: analyst.bystander)
        case .passed(let quantity, let clamp):
            guard signal.action == .buy else {
                let passed = RiskAssessment(
                    symbol: signal.symbol, verdict: .approved, quantity: quantity, check: check,
                    clamp: clamp, reason: "an exit lowers the exposure")
                return Judgment(passed, by: analyst.bystander)
            }
            let factors = try await analyst.factors(of: item)
            return factors.map { judged(item, check, quantity, clamp, $0) }
        }
    }

    private enum Limited {
        case passed(Quantity, RiskAssessment.Clamp?)
        case refused(String)
    }

    /// What the hard limits leave of a wish: all, what fits if the tenant wants it cut, or nothing.
    private func limited(_ wish: Quantity, by check: OrderCheck) -> Limited {
        if check.isAllowed { return .passed(wish, nil) }
        let code = check.reasonCode ?? "LIMIT"
        guard let fitting = check.clampedQuantity, fitting.isPositive, fitting < wish else {
            return .refused("\(code): \(check.reason ?? "a limit forbids it")")
        }
        return .passed(
            fitting, RiskAssessment.Clamp(before: wish, after: fitting, limit: code))
    }

    /// Each caution halves the quantity; one refusal is enough.
    private func judged(
        _ item: Case, _ check: OrderCheck, _ quantity: Quantity, _ clamp: RiskAssessment.Clamp?,
        _ factors: [RiskFactor]
    ) -> RiskAssessment {
        let grave = factors.filter { $0.verdict == .refuse }
        if !grave.isEmpty {
            return refusal(item, check, grave.map(\.reason).joined(separator: "; "), factors)
        }
        let cautions = factors.filter { $0.verdict == .caution }
        let halved = cautions.reduce(quantity) { quantity, _ in quantity.times(0.5) }
            .truncated(places: LotSize.places(item.view.symbol))
        let words = ([clampWords(clamp)] + cautions.map { "\($0.reason): halved" }).compactMap {
            $0
        }
        let reason = words.isEmpty ? "within all limits, no caution" : words.joined(separator: "; ")
        guard halved.isPositive else {
            return refusal(item, check, "\(reason); nothing is left", factors)
        }
        return RiskAssessment(
            symbol: item.view.symbol, verdict: .approved, quantity: halved, check: check,
            clamp: clamp, factors: factors, reason: reason)
    }

    private func clampWords(_ clamp: RiskAssessment.Clamp?) -> String? {
        clamp.map { "\($0.limit) cuts \($0.before) to \($0.after)" }
    }

    private func refusal(
        _ item: Case, _ check: OrderCheck, _ reason: String, _ factors: [RiskFactor] = []
    ) -> RiskAssessment {
        RiskAssessment(
            symbol: item.view.symbol, verdict: .refused, quantity: 0, check: check,
            factors: factors, reason: reason)
    }
}
