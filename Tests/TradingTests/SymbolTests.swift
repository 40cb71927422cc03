import Foundation
import Testing
import Trading

@Suite("Symbol") struct SymbolTests {
    @Test(
        "accepts the names of the design",
        arguments: [
            "AAPL", "^GSPC", "BTC-USD", "EUR/USD", "BRK.B", "ES=F", "7203.T", "A",
            String(repeating: "A", count: 32),
        ])
    func valid(text: String) throws {
        #expect(try Symbol(text).text == text)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "aapl", ".A", "-USD", "A B", "A;DROP", "Ä", "A\n",
            String(repeating: "A", count: 33),
        ])
    func invalid(text: String) {
        #expect(throws: InvalidSymbol.self) { try Symbol(text) }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Symbol].self, from: JSONEncoder().encode([text]))
        }
    }

    @Test("refuses a NUL byte")
    func nul() {
        #expect(throws: InvalidSymbol.self) { try Symbol("A\0") }
    }

    @Test("knows a coin by its pair")
    func cryptoPair() throws {
        #expect(try Symbol("ETH-USD").isCryptoPair)
        #expect(try !Symbol("AAPL").isCryptoPair)
        #expect(try LotSize.places(Symbol("ETH-USD")) == 4)
        #expect(try LotSize.places(Symbol("AAPL")) == 0)
    }
}
