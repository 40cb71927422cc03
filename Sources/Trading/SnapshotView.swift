/// The state of one instrument as the database computed it: named numbers, texts and flags.
///
/// The names are those of the columns of `market.snapshot`. A number that could not be computed,
/// such as a 200-day mean after ten days, is absent: it never reads as zero.
package struct SnapshotView: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case number(Double)
        case text(String)
        case flag(Bool)
    }

    package private(set) var values: [String: Value]

    package init(_ values: [String: Value] = [:]) { self.values = values }

    /// The number of this name; nil when it is absent, null or not finite.
    package func number(_ name: String) -> Double? {
        guard case .number(let value) = values[name], value.isFinite else { return nil }
        return value
    }

    package func flag(_ name: String) -> Bool? {
        guard case .flag(let value) = values[name] else { return nil }
        return value
    }

    package func text(_ name: String) -> String? {
        guard case .text(let value) = values[name] else { return nil }
        return value
    }
}

extension SnapshotView: Codable {
    package init(from decoder: any Decoder) throws {
        let decoded = try decoder.singleValueContainer().decode([String: Value?].self)
        values = decoded.compactMapValues { $0 }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

extension SnapshotView.Value: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        }
    }
}
