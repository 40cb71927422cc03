import Testing

@testable import bellwether

@Suite("CSV reader")
struct CSVReaderTests {
    /// Reads everything, handing the bytes over in pieces of this size.
    private func read(_ bytes: [UInt8], pieces: Int = .max) throws -> [CSVRecord] {
        var rest = bytes[...]
        var reader = CSVReader {
            if rest.isEmpty { return nil }
            defer { rest = rest.dropFirst(pieces) }
            return Array(rest.prefix(pieces))
        }
        var records: [CSVRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private func read(_ text: String) throws -> [CSVRecord] { try read(Array(text.utf8)) }

    @Test(
        "Well-formed text",
        arguments: [
            ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("\u{FEFF}a,b\n", [["a", "b"]]),
            ("a,,\n", [["a", "", ""]]),
            (",\n", [["", ""]]),
            ("\"x,y\",\"say \"\"hi\"\"\"\n", [["x,y", "say \"hi\""]]),
            ("\"two\nlines\",z\r\n", [["two\nlines", "z"]]),
            ("\"\",b\n", [["", "b"]]),
            ("\"a\"\r\n", [["a"]]),
            ("\n\na\n\r\nb\n\n", [["a"], ["b"]]),
            ("größe,日本\n", [["größe", "日本"]]),
            ("", []), ("\n", []), ("\u{FEFF}", []),
        ])
    func wellFormed(_ text: String, _ expected: [[String]]) throws {
        let records = try read(text)
        #expect(records.map(\.texts) == expected)
        #expect(records.allSatisfy { $0.problem == nil })
    }

    @Test(
        "Malformed records carry their problem",
        arguments: [
            ("a,b\0c\n", CSVRecord.Problem.nulByte(field: 1)),
            ("a,\"b\"c\n", .textAfterQuote(field: 1)),
            ("a\"b,c\n", .quoteInField(field: 0)),
            ("a,\"b", .openQuote(field: 1)),
            ("a,b", .noLineEnd),
            ("a,b\r", .noLineEnd),
        ])
    func malformed(_ text: String, _ expected: CSVRecord.Problem) throws {
        let records = try read(text)
        #expect(records.count == 1)
        #expect(records.first?.problem == expected)
    }

    @Test("Bytes that are not UTF-8 are found in their field")
    func notUTF8() throws {
        let records = try read([0x61, 0x2C, 0xC3, 0x28, 0x0A])
        #expect(records.map(\.problem) == [.notUTF8(field: 1)])
        #expect(records.first?.shown == "a,\u{FFFD}(")
    }

    @Test("Lines are counted as an editor counts them")
    func lines() throws {
        let records = try read("a\n\n\"b\nb\"\r\nc\n")
        #expect(records.map(\.line) == [1, 3, 5])
    }

    @Test("Where the source cuts makes no difference", arguments: 1...7)
    func pieces(_ size: Int) throws {
        let text = "\u{FEFF}a,\"b \"\"q\"\"\r\nx\",ü\r\n\r\n1,\"2\"x,\0\nlast,\"open"
        let bytes = Array(text.utf8)
        #expect(try read(bytes, pieces: size) == read(bytes))
    }

    @Test("A record without end is refused before it fills the memory")
    func tooLong() throws {
        let text = "a\n\"" + String(repeating: "x\n", count: CSVReader.maximumRecordLength / 2 + 1)
        let failure = try #require(throws: ProgramError.self) { try read(text) }
        #expect(failure.code == .dataRefused)
        #expect(failure.message.hasPrefix("line 2:"))
    }
}
