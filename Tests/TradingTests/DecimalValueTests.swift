import Foundation
import Testing
import Trading

@Suite("Decimal values") struct DecimalValueTests {
    @Test("keep every digit through JSON")
    func json() throws {
        let amount = try #require(Money("12345678901234567890.123456789"))
        let data = try JSONEncoder().encode([amount])
        #expect(String(decoding: data, as: UTF8.self) == "[12345678901234567890.123456789]")
        #expect(try JSONDecoder().decode([Money].self, from: data) == [amount])
    }

    @Test(
        "are cut towards zero",
        arguments: [
            ("12.999", 0, "12"), ("-12.999", 0, "-12"), ("0.12345678", 4, "0.1234"),
            ("5", 0, "5"), ("0.00009", 4, "0"),
        ])
    func truncation(value: String, places: Int, expected: String) throws {
        let quantity = try #require(Quantity(value))
        #expect(quantity.truncated(places: places) == Quantity(expected))
    }

    @Test("add, subtract and compare among themselves")
    func arithmetic() throws {
        let (cheap, dear) = try (#require(Money("0.1")), #require(Money("0.2")))
        #expect(cheap + dear == Money("0.3"))
        #expect(cheap - dear == -cheap)
        #expect(cheap < dear)
        #expect((cheap - dear).magnitude == cheap)
        #expect(Quantity(3).value(at: dear) == Money("0.6"))
    }

    @Test("refuse texts that are no number", arguments: ["", "x", "NaN"])
    func text(text: String) {
        #expect(Money(text) == nil)
    }

    @Test("take a bar's price with the digits it shows")
    func barPrice() {
        #expect(Money(bar: 167.78) == Money("167.78"))
    }
}
