import Testing

@testable import Gateway

@Suite("Cursors") struct CursorTests {
    @Test(
        "hold any values",
        arguments: [
            ["41"], [nil, "AAPL"], ["say \"no\" \\ or\nnot\u{1}\u{1f}"],
            ["\u{e9}\u{1f4c8}???>>>~~~"], [],
        ] as [[String?]])
    func roundTrip(values: [String?]) {
        let text = Cursor.text(values)
        #expect(Cursor.values(text) == values)
        // As they stand in an address.
        #expect(text.utf8.allSatisfy { $0 != 43 && $0 != 47 })
    }

    @Test("are JSON in base64")
    func form() {
        #expect(Cursor.text(["a", nil]) == "WyJhIixudWxsXQ==")
    }

    @Test("of others are none", arguments: ["", "x", "e30=", "WzEsMg=="])
    func foreign(text: String) {
        #expect(Cursor.values(text) == nil)
    }

    @Test("may hold numbers, as clients may write them")
    func numbers() {
        #expect(Cursor.values("WzEsMl0=") == ["1", "2"])
    }
}
