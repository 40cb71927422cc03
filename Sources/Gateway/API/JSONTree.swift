import FoundationEssentials

/// Any JSON value, to be written as it was read; members of objects in the order of their names.
indirect enum JSONTree: Codable, Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Decimal)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(String.self) {
            // Each wrong guess costs: the most frequent first.
            self = .text(value)
        } else if let value = try? single.decode(Decimal.self) {
            self = .number(value)
        } else if let value = try? single.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? single.decode([JSONTree].self) {
            self = .list(value)
        } else {
            self = .object(try single.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .null: try single.encodeNil()
        case .flag(let value): try single.encode(value)
        case .number(let value): try single.encode(value)
        case .text(let value): try single.encode(value)
        case .list(let value): try single.encode(value)
        case .object(let value): try single.encode(value)
        }
    }

    /// The text that PostgreSQL reads as a parameter; nil for null.
    var text: String? {
        switch self {
        case .null: nil
        case .flag(let value): value ? "true" : "false"
        case .number(let value): "\(value)"
        case .text(let value): value
        case .list, .object: json
        }
    }

    /// Its JSON text.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What was read can be written.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
