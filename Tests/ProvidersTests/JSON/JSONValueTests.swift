import Testing

@testable import Providers

@Suite("JSON values") struct JSONValueTests {
    @Test(
        "what is read is written again, digit by digit",
        arguments: [
            "null", "[true,false,null]", #"{"b":1,"a":[{},[]]}"#, "1e18", "-0.10",
            "123456789012345678901234567890", #""\"\\\n\u0000é😀\u2028""#,
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text).text() == text)
    }

    @Test("escapes of every kind are read")
    func escapes() throws {
        let value = try JSONValue(parsing: #" "\u0041\ud83d\ude00\/\b\f" "#)
        #expect(value == "A😀/\u{8}\u{c}")
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "NaN", "Infinity", "-", "01", "1.", ".5", "1e",
            "1 2", "\"", "\"\u{1}\"", #""\x""#, #""\ud83d""#, #""\ud83dA""#, "tru", "'a'",
            "{\"a\":1,\"a\":2}", "// a\n1", #""\u12""#, #""\u+123""#,
        ])
    func refused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test("bytes that are no UTF-8 are refused, and so is a nesting without end")
    func hostile() {
        #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")])
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError(message: "the nesting is too deep", offset: 100)) {
            try JSONValue(parsing: deep)
        }
    }

    @Test("an error says where, and never what")
    func errors() {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: #"{"secret": SECRET}"#)
        }
        #expect(error?.description == "a value is missing at byte 11")
    }

    @Test("sorted texts of equal values are equal")
    func sorted() throws {
        let left = try JSONValue(parsing: #"{"a":1,"b":{"d":1,"c":2}}"#)
        let right = try JSONValue(parsing: #"{"b":{"c":2,"d":1},"a":1}"#)
        #expect(left == right)
        #expect(left.text(isSorted: true) == right.text(isSorted: true))
    }

    @Test("numbers are numbers where they fit")
    func numbers() throws {
        #expect(try JSONValue(parsing: "1e2").int == 100)
        #expect(try JSONValue(parsing: "1.5").int == nil)
        #expect(try JSONValue(parsing: "1e999").double == nil)
        #expect(JSONValue(0.25).text() == "0.25" && JSONValue(7.0).text() == "7")
    }
}
