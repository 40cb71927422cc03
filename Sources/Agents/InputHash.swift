import Foundation
import Trading

/// The same input always has the same hash: SHA-256 of its JSON with sorted keys.
enum InputHash {
    private struct Input: Encodable {
        let item: Case
        let model: String
        let prompt: String?
    }

    static func of(_ item: Case, model: String, prompt: String?) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(Input(item: item, model: model, prompt: prompt))
        return SHA256.hex(json)
    }
}
