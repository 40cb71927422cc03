import Trading

/// The first agent: turns what is known of a symbol into a wish.
struct DataAgent: Sendable {
    let analyst: any Analyst

    func signal(from view: MarketView) async throws -> Judgment<Signal> {
        func unseen(_ why: String) -> Judgment<Signal> {
            Judgment(.hold(view, why), by: analyst.bystander)
        }
        guard view.snapshotID != nil, view.close != nil else {
            return unseen(view.missing ?? "there is no snapshot of \(view.symbol)")
        }
        guard view.account != nil else { return unseen("there is no account to trade for") }
        if let strategy = view.strategy, strategy.kind == .rules {
            let author = Author("strategy:\(strategy.name)")
            return bounded(Judgment(RulesAnalyst().signal(of: strategy, view), by: author), view)
        }
        return bounded(try await analyst.signal(from: view), view)
    }

    /// An answer that cannot be meant becomes a hold that says why: ambiguous means hold.
    private func bounded(_ judgment: Judgment<Signal>, _ view: MarketView) -> Judgment<Signal> {
        let signal = judgment.value
        func hold(_ why: String) -> Judgment<Signal> {
            let reason = "\(judgment.author.name) answered \(why), which is no signal"
            return judgment.replaced(by: .hold(view, reason), flaw: reason)
        }
        guard signal.symbol == view.symbol else { return hold("about \(signal.symbol)") }
        guard (0...1).contains(signal.confidence.value) else {
            return hold("with confidence \(signal.confidence.value)")
        }
        guard let side = signal.action.side else { return judgment }
        guard signal.quantity.isPositive else { return hold("\(side) of \(signal.quantity)") }
        if side == .sell, signal.quantity > view.held {
            return hold("sell \(signal.quantity) of \(view.held) held")
        }
        if side == .buy, let close = view.close, let equity = view.account?.equity.double,
            signal.quantity.double * close > equity
        {
            return hold("buy \(signal.quantity), more than the whole account")
        }
        return judgment
    }
}

extension Signal {
    /// No wish.
    static func hold(
        _ view: MarketView, _ reason: String, confidence: Fraction = .zero
    ) -> Signal {
        Signal(
            symbol: view.symbol, action: .hold, confidence: confidence, quantity: 0, reason: reason,
            evidence: Evidence(view))
    }
}
