package import Trading

/// What an account holds among the symbols of a cycle, by value and by tie to the benchmark.
package struct Portfolio: Equatable, Sendable, Encodable {
    package struct Holding: Equatable, Sendable, Encodable {
        package let symbol: Symbol
        /// Value over the account's equity.
        package let weight: Double
        /// Correlation with the benchmark of its class; nil where unknown.
        package let benchmarkCorrelation: Double?
        package let isCrypto: Bool

        package init(symbol: Symbol, weight: Double, benchmarkCorrelation: Double?, isCrypto: Bool)
        {
            self.symbol = symbol
            self.weight = weight
            self.benchmarkCorrelation = benchmarkCorrelation
            self.isCrypto = isCrypto
        }
    }

    package let holdings: [Holding]

    package init(holdings: [Holding] = []) { self.holdings = holdings }

    package init(views: [MarketView]) {
        holdings = views.compactMap { view in
            guard view.held != .zero, let close = view.close,
                let equity = view.account?.equity.double, equity > 0
            else { return nil }
            return Holding(
                symbol: view.symbol, weight: view.held.double * close / equity,
                benchmarkCorrelation: view.snapshot.number(SnapshotField.correlation60),
                isCrypto: view.symbol.isCryptoPair)
        }
    }

    /// How much of the equity already moves with a symbol: the sum of weight times correlation.
    ///
    /// Two instruments of one benchmark correlate as the product of their correlations with it:
    /// the single-index model of W. F. Sharpe, "A Simplified Model for Portfolio Analysis",
    /// Management Science 9 (1963). Holdings of another benchmark, or of unknown correlation,
    /// count nothing.
    package func exposure(alongside view: MarketView) -> Double? {
        guard let own = view.snapshot.number(SnapshotField.correlation60) else { return nil }
        return holdings.filter { $0.symbol != view.symbol }
            .filter { $0.isCrypto == view.symbol.isCryptoPair }
            .compactMap { holding in
                holding.benchmarkCorrelation.map { holding.weight * $0 * own }
            }
            .reduce(0, +)
    }
}
