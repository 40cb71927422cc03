import Trading

/// The first agent: turns what is known of a symbol into a wish.
struct DataAgent: Sendable {
    let analyst: any Analyst

    func signal(from view: MarketView) async throws -> Signal {
        guard view.snapshotID != nil, view.close != nil else {
            return .hold(view, view.missing ?? "there is no snapshot of \(view.symbol)")
        }
        guard view.account != nil else { return .hold(view, "there is no account to trade for") }
        return bounded(try await analyst.signal(from: view), view)
    }

    /// An answer that cannot be meant becomes a hold that says why: ambiguous means hold.
    private func bounded(_ signal: Signal, _ view: MarketView) -> Signal {
        func hold(_ why: String) -> Signal {
            .hold(view, "\(analyst.name) answered \(why), which is no signal")
        }
        guard signal.symbol == view.symbol else { return hold("about \(signal.symbol)") }
        guard (0...1).contains(signal.confidence.value) else {
            return hold("with confidence \(signal.confidence.value)")
        }
        guard let side = signal.action.side else { return signal }
        guard signal.quantity.isPositive else { return hold("\(side) of \(signal.quantity)") }
        if side == .sell, signal.quantity > view.held {
            return hold("sell \(signal.quantity) of \(view.held) held")
        }
        return signal
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
