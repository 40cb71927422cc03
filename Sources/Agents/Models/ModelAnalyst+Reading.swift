internal import Foundation
import Providers
import Trading

/// Why an answer of the right form cannot be meant.
struct AnswerFlaw: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Reads answers that fit their form; figures of our own come from the case, never from the answer.
extension ModelAnalyst {
    func signal(_ answer: JSONValue, _ view: MarketView) throws -> Signal {
        guard let action = answer["action"]?.string.flatMap(Signal.Action.init) else {
            throw AnswerFlaw("it says neither buy nor sell nor hold")
        }
        let confidence = try answer.fraction("confidence")
        let reason = try answer.reason()
        guard action != .hold else { return .hold(view, reason, confidence: confidence) }
        let quantity = try answer.quantity("quantity")
            .truncated(places: LotSize.places(view.symbol))
        guard quantity.isPositive else {
            throw AnswerFlaw("\(action.rawValue) \(quantity) is no size")
        }
        let stop = answer["stop_fraction"]?.double.map { Fraction($0) }
        if let stop, !(0.0..<1.0).contains(stop.value) {
            throw AnswerFlaw("a stop \(stop.value) of the price away is none")
        }
        return Signal(
            symbol: view.symbol, action: action, confidence: confidence, quantity: quantity,
            stopDistance: stop, reason: reason, evidence: Evidence(view))
    }

    /// A strategy's word: long buys what is not held, short sells what is, hold does neither.
    func position(_ answer: JSONValue, _ view: MarketView) throws -> Signal {
        let confidence = try answer.fraction("confidence")
        let reason = try answer.reason()
        switch answer["position"]?.string {
        case "LONG" where view.held > 0:
            return .hold(view, "LONG, and it is held: \(reason)", confidence: confidence)
        case "LONG":
            guard let size = rules.positionSize(view) else {
                return .hold(view, "LONG, but there is no range to set a stop by: \(reason)")
            }
            let quantity = size.quantity.truncated(places: LotSize.places(view.symbol))
            guard quantity.isPositive else {
                return .hold(view, "LONG, but the account is too small for one unit: \(reason)")
            }
            return Signal(
                symbol: view.symbol, action: .buy, confidence: confidence, quantity: quantity,
                stopDistance: Fraction(size.stopDistance), reason: "LONG: \(reason); \(size.words)",
                evidence: Evidence(view))
        case "SHORT" where view.held > 0:
            return Signal(
                symbol: view.symbol, action: .sell, confidence: confidence, quantity: view.held,
                reason: "SHORT: \(reason)", evidence: Evidence(view))
        case "SHORT":
            return .hold(view, "SHORT, and nothing is held to sell: \(reason)")
        case "HOLD": return .hold(view, "HOLD: \(reason)", confidence: confidence)
        default: throw AnswerFlaw("it says neither LONG nor SHORT nor HOLD")
        }
    }

    func factors(_ answer: JSONValue) throws -> [RiskFactor] {
        guard let factors = answer["factors"]?.array else { throw AnswerFlaw("it has no factors") }
        return try factors.map { factor in
            guard let verdict = factor["verdict"]?.string.flatMap(RiskFactor.Verdict.init),
                let name = factor["name"]?.string
            else { throw AnswerFlaw("a factor has no name or no verdict") }
            return RiskFactor(
                name: "model: \(name)", verdict: verdict, value: nil, reason: try factor.reason())
        }
    }

    func validation(_ answer: JSONValue, _ item: Case) throws -> Validation {
        guard let verdict = answer["verdict"]?.string.flatMap(Validation.Verdict.init) else {
            throw AnswerFlaw("it neither validates nor refuses")
        }
        let approved = item.assessment?.quantity ?? 0
        let share = try answer.fraction("share")
        let quantity = verdict == .validated ? self.share(share, of: approved, item) : 0
        if verdict == .validated, !quantity.isPositive {
            throw AnswerFlaw("it validates \(share) of \(approved), which is nothing")
        }
        return Validation(
            symbol: item.view.symbol, verdict: verdict, quantity: quantity,
            confidence: try answer.fraction("confidence"), reason: try answer.reason())
    }

    func decision(_ answer: JSONValue, _ item: Case, _ side: Side) throws -> Decision {
        guard let action = answer["action"]?.string.flatMap(Decision.Action.init) else {
            throw AnswerFlaw("it says neither EXECUTE nor DO_NOT_EXECUTE")
        }
        let validated = item.validation?.quantity ?? 0
        let share = try answer.fraction("share")
        let quantity = action == .execute ? self.share(share, of: validated, item) : 0
        if action == .execute, !quantity.isPositive {
            throw AnswerFlaw("it executes \(share) of \(validated), which is nothing")
        }
        return Decision(
            symbol: item.view.symbol, action: action, side: side, quantity: quantity,
            confidence: item.validation?.confidence ?? .zero, reason: try answer.reason())
    }

    private func share(_ share: Fraction, of quantity: Quantity, _ item: Case) -> Quantity {
        if share.value >= 1 { return quantity }
        return quantity.times(share.value).truncated(places: LotSize.places(item.view.symbol))
    }
}

extension JSONValue {
    fileprivate func fraction(_ name: String) throws -> Fraction {
        guard let value = self[name]?.double, (0...1).contains(value) else {
            throw AnswerFlaw("its \(name) is not between 0 and 1")
        }
        return Fraction(value)
    }

    fileprivate func quantity(_ name: String) throws -> Quantity {
        guard let text = self[name]?.numberText, let double = Double(text), double.isFinite,
            double >= 0, double < 1e15, let quantity = Quantity(text)
        else { throw AnswerFlaw("its \(name) is no number of units") }
        return quantity
    }

    /// Text of a model goes into rows and pages: without marks that move what is around it.
    fileprivate func reason() throws -> String {
        guard let text = self["reason"]?.string else { throw AnswerFlaw("it has no reason") }
        let clean = text.unicodeScalars.filter {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        return String(String.UnicodeScalarView(clean))
    }
}
