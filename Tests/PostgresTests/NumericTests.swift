import Support
import Testing

@testable import Postgres

@Suite("The binary form of numeric")
struct NumericTests {
    private func roundTrip(_ text: String) throws -> String {
        var bytes: [UInt8] = []
        try Numeric.append(text, to: &bytes)
        return try bytes.withUnsafeBytes { try Numeric.text($0) }
    }

    @Test(
        "a decimal text comes back with its places",
        arguments: [
            "0", "1", "-1", "10000", "9999", "0.0001", "-0.00012345", "123456789.987654321",
            "1.50", "100000000", "0.10", "12345678901234567890123456789012345678", "0.000000000001",
            "NaN", "Infinity", "-Infinity",
        ])
    func keepsText(text: String) throws {
        #expect(try roundTrip(text) == text)
    }

    @Test(
        "exponents are written out",
        arguments: [
            ("1e-7", "0.0000001"), ("1.5e3", "1500"), ("-2.5E-3", "-0.0025"),
            ("1e+16", "10000000000000000"),
            ("5e-324", "0." + String(repeating: "0", count: 323) + "5"),
        ])
    func writesExponents(text: String, plain: String) throws {
        #expect(try roundTrip(text) == plain)
    }

    @Test("minus zero is zero")
    func normalisesZero() throws {
        #expect(try roundTrip("-0") == "0")
        #expect(try roundTrip("000.00") == "0.00")
    }

    @Test("what is no number is refused", arguments: ["", "-", ".", "1.2.3", "12a", "1e", "0x10"])
    func refuses(text: String) {
        var bytes: [UInt8] = []
        #expect(throws: PostgresError.self) { try Numeric.append(text, to: &bytes) }
    }

    @Test("a thousand random decimals survive")
    func survivesRandom() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let whole =
                UInt64.random(in: 0...(.max), using: &random)
                >> UInt64.random(in: 0...63, using: &random)
            let places = Int.random(in: 0...20, using: &random)
            var text = (Bool.random(using: &random) ? "-" : "") + String(whole)
            if places > 0 {
                text +=
                    "."
                    + (0..<places).map { _ in String(Int.random(in: 0...9, using: &random)) }
                    .joined()
            }
            if text.allSatisfy({ "-0.".contains($0) }) { continue }
            #expect(try roundTrip(text) == text)
        }
    }

    @Test("cut bytes are refused, not read past")
    func refusesCut() throws {
        var bytes: [UInt8] = []
        try Numeric.append("123456.789", to: &bytes)
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            #expect(throws: PostgresError.self) { try cut.withUnsafeBytes { try Numeric.text($0) } }
        }
    }
}
