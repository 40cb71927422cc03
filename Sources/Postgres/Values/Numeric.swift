/// The binary form of `numeric`: digits of base 10,000 with weight, sign and scale.
///
/// Head: four 16-bit numbers (count of digits, weight of the first digit, sign, decimal places);
/// then the digits (PostgreSQL source, src/backend/utils/adt/numeric.c, numeric_send).
enum Numeric {
    private static let negative: UInt16 = 0x4000
    private static let notANumber: UInt16 = 0xC000
    private static let infinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000

    /// Appends the binary form of a decimal text such as `-12.5`, `1e-7`, `nan`, `inf`.
    static func append(_ text: String, to bytes: inout [UInt8]) throws(PostgresError) {
        if let special = special(text) {
            appendHead(0, weight: 0, sign: special, scale: 0, to: &bytes)
            return
        }
        guard let (isNegative, digits, point) = parse(text) else {
            throw PostgresError(.encoding, "a number could not be written as numeric")
        }
        let scale = max(0, digits.count - point)
        guard scale <= 16383, point <= 131072 else {
            throw PostgresError(.encoding, "a value is out of range for numeric", sqlState: "22003")
        }
        var (groups, weight) = grouped(digits, point: point)
        while groups.last == 0 { groups.removeLast() }
        let leading = groups.prefix { $0 == 0 }.count
        groups.removeFirst(leading)
        weight -= leading
        appendHead(
            groups.count, weight: groups.isEmpty ? 0 : weight,
            sign: isNegative && !groups.isEmpty ? negative : 0, scale: scale, to: &bytes)
        for group in groups { bytes.append(bigEndian: group) }
    }

    /// The text of the binary form: plain digits, as many places as the scale says.
    static func text(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> String {
        let malformed = PostgresError(.decoding, "the server sent bytes that are no numeric")
        guard bytes.count >= 8 else { throw malformed }
        let count = Int(bytes.integer(UInt16.self, at: 0))
        let weight = Int(bytes.integer(Int16.self, at: 2))
        let sign = bytes.integer(UInt16.self, at: 4)
        let scale = Int(bytes.integer(UInt16.self, at: 6))
        switch sign {
        case notANumber: return "NaN"
        case infinity: return "Infinity"
        case negativeInfinity: return "-Infinity"
        case 0, negative: break
        default: throw malformed
        }
        guard bytes.count == 8 + 2 * count else { throw malformed }
        func group(_ index: Int) -> String {
            let value =
                index >= 0 && index < count
                ? bytes.integer(UInt16.self, at: 8 + 2 * index) : 0
            let digits = String(value)
            return String(repeating: "0", count: 4 - min(4, digits.count)) + digits
        }
        var whole = weight < 0 ? "0" : (0...weight).map(group).joined()
        whole = String(whole.drop { $0 == "0" })
        var result = (sign == negative ? "-" : "") + (whole.isEmpty ? "0" : whole)
        if scale > 0 {
            let places = (0..<((scale + 3) / 4)).map { group(weight + 1 + $0) }.joined()
            result += "." + places.prefix(scale)
        }
        return result
    }

    /// How many digits count: without sign, point, zeros before and zeros after the point's end.
    static func significantDigits(_ text: String) -> Int {
        var digits = text.filter(\.isNumber).drop { $0 == "0" }
        if text.contains(".") {
            while digits.last == "0" { digits.removeLast() }
        }
        return digits.count
    }

    private static func special(_ text: String) -> UInt16? {
        switch text.lowercased() {
        case "nan": notANumber
        case "inf", "+inf", "infinity": infinity
        case "-inf", "-infinity": negativeInfinity
        default: nil
        }
    }

    /// Sign, digits without point, and how many of them stand before the point (may be negative).
    private static func parse(_ text: String) -> (Bool, [UInt8], Int)? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        var exponent = 0
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            guard let value = Int(rest[rest.index(after: mark)...]), abs(value) < 200_000 else {
                return nil
            }
            exponent = value
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        var digits: [UInt8] = []
        for byte in parts.joined().utf8 {
            guard byte >= 48, byte <= 57 else { return nil }
            digits.append(byte - 48)
        }
        var point = parts[0].utf8.count + exponent
        if point > digits.count {
            digits += repeatElement(0, count: point - digits.count)
        } else if point < 0 {
            digits = Array(repeating: 0, count: -point) + digits
            point = 0
        }
        return (isNegative, digits, point)
    }

    /// Digits of base 10,000, aligned to the point, and the weight of the first.
    private static func grouped(_ digits: [UInt8], point: Int) -> ([UInt16], Int) {
        let before = (4 - point % 4) % 4
        var padded = Array(repeating: UInt8(0), count: before) + digits
        padded += repeatElement(0, count: (4 - padded.count % 4) % 4)
        let groups = stride(from: 0, to: padded.count, by: 4).map { start in
            padded[start..<(start + 4)].reduce(UInt16(0)) { $0 * 10 + UInt16($1) }
        }
        return (groups, (before + point) / 4 - 1)
    }

    private static func appendHead(
        _ count: Int, weight: Int, sign: UInt16, scale: Int, to bytes: inout [UInt8]
    ) {
        bytes.append(bigEndian: UInt16(count))
        bytes.append(bigEndian: Int16(weight))
        bytes.append(bigEndian: sign)
        bytes.append(bigEndian: UInt16(scale))
    }
}
