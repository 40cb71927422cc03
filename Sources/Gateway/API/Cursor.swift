import FoundationEssentials

/// Where a list goes on: the sort values of the last row that was sent, as a JSON list in base64url
/// (RFC 4648, section 5).
package enum Cursor {
    /// The cursor that continues after a row with these sort values.
    package static func text(_ values: [String?]) -> String {
        var list = Data([UInt8(ascii: "[")])
        for (place, value) in values.enumerated() {
            if place > 0 { list.append(UInt8(ascii: ",")) }
            append(value, to: &list)
        }
        list.append(UInt8(ascii: "]"))
        let letters = list.base64EncodedString().utf8
        return String(unsafeUninitializedCapacity: letters.count) { text in
            for (place, letter) in letters.enumerated() {
                switch letter {
                case UInt8(ascii: "+"): text[place] = UInt8(ascii: "-")
                case UInt8(ascii: "/"): text[place] = UInt8(ascii: "_")
                default: text[place] = letter
                }
            }
            return letters.count
        }
    }

    /// JSON (RFC 8259, section 7) by hand: an encoder costs more than the rest of a short list.
    private static func append(_ value: String?, to list: inout Data) {
        guard let value else { return list.append(contentsOf: "null".utf8) }
        list.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                list.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<32:
                let digits = String(byte, radix: 16)
                list.append(contentsOf: (digits.utf8.count < 2 ? "\\u000" : "\\u00").utf8)
                list.append(contentsOf: digits.utf8)
            default: list.append(byte)
            }
        }
        list.append(UInt8(ascii: "\""))
    }

    /// The values that a cursor holds; nil if it is none of ours.
    static func values(_ cursor: String) -> [String?]? {
        let base64 = cursor.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: base64) else { return nil }
        return try? JSONDecoder().decode([Value].self, from: data).map(\.text)
    }

    /// A text, a number or null, as a text.
    private struct Value: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let value = try? single.decode(String.self) {
                text = value
            } else if single.decodeNil() {
                text = nil
            } else {
                text = "\(try single.decode(Decimal.self))"
            }
        }
    }
}
