/// Why a text is no JSON; says where, never what stands there.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    package let message: String
    /// Counted in bytes, from 0.
    package let offset: Int

    package var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Reads a text of RFC 8259, strictly: no NaN, no comments, no second value, and no name twice in
    /// an object, for nobody could say which of the two counts.
    package init(parsing text: String) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }

    package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var place = 0

    /// Deeper nesting than this is an attack, not an answer.
    static let deepest = 100

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        let value = try self.value(depth: 0)
        skipSpace()
        guard place == bytes.count else { throw wrong("something follows the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.deepest else { throw wrong("the nesting is too deep") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try object(depth))
        case UInt8(ascii: "["): return .array(try array(depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(_ depth: Int) throws(JSONSyntaxError) -> JSONObject {
        var object = JSONObject()
        place += 1
        if try isClosed(by: UInt8(ascii: "}")) { return object }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw wrong("a name is missing") }
            let name = try string()
            guard object[name] == nil else { throw wrong("a name comes twice") }
            skipSpace()
            guard peek == UInt8(ascii: ":") else { throw wrong("a colon is missing") }
            place += 1
            object[name] = try value(depth: depth + 1)
        } while try isFollowed(closing: UInt8(ascii: "}"))
        return object
    }

    private mutating func array(_ depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        var items: [JSONValue] = []
        place += 1
        if try isClosed(by: UInt8(ascii: "]")) { return items }
        repeat {
            items.append(try value(depth: depth + 1))
        } while try isFollowed(
            closing: UInt8(ascii: "]"))
        return items
    }

    private mutating func isClosed(by end: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        guard peek == end else { return false }
        place += 1
        return true
    }

    /// - Returns: true after a comma, false after the end.
    private mutating func isFollowed(closing end: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        let byte = peek
        guard byte == end || byte == UInt8(ascii: ",") else {
            throw wrong("a comma or an end is missing")
        }
        place += 1
        return byte != end
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        place += 1
        var text: [UInt8] = []
        while let byte = peek {
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw wrong("a string is no UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(&text)
            case 0..<0x20: throw wrong("a control character in a string")
            default: text.append(byte)
            }
        }
        throw wrong("a string has no end")
    }

    private mutating func escape(_ text: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = peek else { throw wrong("a string has no end") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += try scalar().utf8
        default: throw wrong("an unknown escape")
        }
    }

    /// After `\u`: one code point, of two halves beyond the basic plane.
    private mutating func scalar() throws(JSONSyntaxError) -> String {
        var code = UInt32(try hexadecimal())
        if (0xD800..<0xDC00).contains(code) {
            guard peek == UInt8(ascii: "\\"), place + 1 < bytes.count,
                bytes[place + 1] == UInt8(ascii: "u")
            else { throw wrong("half a character") }
            place += 2
            let low = UInt32(try hexadecimal())
            guard (0xDC00..<0xE000).contains(low) else { throw wrong("half a character") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw wrong("half a character") }
        return String(Character(scalar))
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt16 {
        guard place + 4 <= bytes.count else { throw wrong("a string has no end") }
        let digits = bytes[place..<place + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw wrong("an unknown escape") }
        place += 4
        return code
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = place
        if peek == UInt8(ascii: "-") { place += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[place - whole] != UInt8(ascii: "0") else {
            place = start
            throw wrong("a value is missing")
        }
        if peek == UInt8(ascii: ".") {
            place += 1
            guard digits() > 0 else { throw wrong("a number has no digits after its point") }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            place += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { place += 1 }
            guard digits() > 0 else { throw wrong("a number has no exponent") }
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = place
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        return place - start
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[place...].starts(with: word.utf8) else { throw wrong("a value is missing") }
        place += word.utf8.count
        return value
    }

    private mutating func skipSpace() {
        while let byte = peek, " \t\r\n".utf8.contains(byte) { place += 1 }
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private func wrong(_ message: String) -> JSONSyntaxError {
        JSONSyntaxError(message: message, offset: place)
    }
}
