/// The name of an instrument: `AAPL`, `^GSPC`, `BTC-USD`, `EUR/USD`.
///
/// It matches `^[A-Z0-9^][A-Z0-9.^=/_-]{0,31}$` and so is safe in logs and file names, but not in a
/// path of a URL.
package struct Symbol: Hashable, Sendable {
    package let text: String

    /// - Throws: `InvalidSymbol` if the text does not match.
    package init(_ text: String) throws(InvalidSymbol) {
        guard Self.isValid(text.utf8) else { throw InvalidSymbol(text: text) }
        self.text = text
    }

    private static let longest = 32

    private static func isValid(_ bytes: String.UTF8View) -> Bool {
        guard let first = bytes.first, bytes.count <= longest else { return false }
        return isFirst(first) && bytes.dropFirst().allSatisfy { isFirst($0) || isMark($0) }
    }

    private static func isFirst(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "^"):
            true
        default: false
        }
    }

    private static func isMark(_ byte: UInt8) -> Bool { ".=/_-".utf8.contains(byte) }
}

/// A text that cannot be a symbol.
package struct InvalidSymbol: Error, Equatable, CustomStringConvertible {
    package let text: String

    package var description: String {
        "'\(text.prefix(40))' is not a symbol: 1 to 32 of A-Z 0-9 . ^ = / _ -, "
            + "the first of them A-Z, 0-9 or ^"
    }
}

extension Symbol: Comparable, CustomStringConvertible {
    package static func < (left: Symbol, right: Symbol) -> Bool { left.text < right.text }
    package var description: String { text }
}

extension Symbol: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as InvalidSymbol {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
