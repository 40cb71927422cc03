/// The smallest part of an instrument that is traded.
package enum LotSize {
    /// Decimal places of a quantity: whole shares, ten-thousandths of a coin.
    package static func places(_ symbol: Symbol) -> Int { symbol.isCryptoPair ? 4 : 0 }
}

extension Symbol {
    /// Whether it names a coin against the dollar, such as `BTC-USD`, traded every day of the week.
    package var isCryptoPair: Bool { text.hasSuffix("-USD") }
}
