import Foundation
import Trading

/// The same input always has the same hash: SHA-256 of its JSON with sorted keys, in which what was
/// seen of the market stands by its own hash, as it is the same in every step.
enum InputHash {
    private struct Seen: Encodable {
        let view: MarketView
        let portfolio: Portfolio
    }

    private struct Input: Encodable {
        let seen: String
        let signal: Signal?
        let check: OrderCheck?
        let assessment: RiskAssessment?
        let validation: Validation?
        let decision: Decision?
        let closed: String?
        let model: String
        let prompt: String?
    }

    static func of(_ item: Case, model: String, prompt: String?) throws -> String {
        try hash(
            Input(
                seen: try item.seenHash ?? seen(item), signal: item.signal, check: item.check,
                assessment: item.assessment, validation: item.validation, decision: item.decision,
                closed: item.closed, model: model, prompt: prompt))
    }

    /// Of what a case was seen by, which no step changes.
    static func seen(_ item: Case) throws -> String {
        try hash(Seen(view: item.view, portfolio: item.portfolio))
    }

    private static func hash(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return SHA256.hex(try encoder.encode(value))
    }
}
