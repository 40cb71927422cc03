/// Everything the agents may know of one symbol at one moment: verified numbers of the database.
package struct MarketView: Equatable, Sendable {
    package let symbol: Symbol
    package let asOf: AsOf
    /// What could not be found, and why: the snapshot, or the patterns alone.
    package let missing: String?
    package let snapshotID: Int64?
    package let snapshot: SnapshotView
    package let close: Double?
    /// Average true range of 14 bars as a fraction of the close.
    package let atrFraction: Double?
    /// What followed similar snapshots, by number of bars.
    package let patterns: [Int: PatternStatistics]
    package let neighbours: [Neighbour]
    package let position: Position?
    package let account: Account?
    /// What others wrote about it: text from outside, to be quoted and never obeyed.
    package let news: [NewsItem]
    /// What the cycle's strategy says; nil for a cycle without one.
    package let strategy: StrategyView?
    /// How much each agent's word counts, by its step's name; 1 is even.
    package let weights: [String: Double]
    /// The desk's own closed trades that were opened in a state like this.
    package let setups: SimilarSetups?

    package init(
        symbol: Symbol, asOf: AsOf, missing: String? = nil, snapshotID: Int64? = nil,
        snapshot: SnapshotView = SnapshotView(), close: Double? = nil, atrFraction: Double? = nil,
        patterns: [Int: PatternStatistics] = [:], neighbours: [Neighbour] = [],
        position: Position? = nil, account: Account? = nil, news: [NewsItem] = [],
        strategy: StrategyView? = nil, weights: [String: Double] = [:],
        setups: SimilarSetups? = nil
    ) {
        self.symbol = symbol
        self.asOf = asOf
        self.missing = missing
        self.snapshotID = snapshotID
        self.snapshot = snapshot
        self.close = close
        self.atrFraction = atrFraction
        self.patterns = patterns
        self.neighbours = neighbours
        self.position = position
        self.account = account
        self.news = news
        self.strategy = strategy
        self.weights = weights
        self.setups = setups
    }

    /// How many units are held now.
    package var held: Quantity { position?.quantity ?? 0 }
}

extension MarketView: Codable {
    enum CodingKeys: String, CodingKey {
        case symbol, missing, snapshot, close, patterns, neighbours, position, account, news
        case strategy, weights, setups
        case asOf = "as_of"
        case snapshotID = "snapshot_id"
        case atrFraction = "atr_fraction"
    }

    private static let horizonPrefix = "horizon"

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
        let patterns: [String: PatternStatistics]? = try value(.patterns)
        self.init(
            symbol: try container.decode(Symbol.self, forKey: .symbol),
            asOf: try container.decode(AsOf.self, forKey: .asOf),
            missing: try value(.missing), snapshotID: try value(.snapshotID),
            snapshot: try value(.snapshot) ?? SnapshotView(), close: try value(.close),
            atrFraction: try value(.atrFraction),
            patterns: try Self.byHorizon(patterns ?? [:], container),
            neighbours: try value(.neighbours) ?? [], position: try value(.position),
            account: try value(.account), news: try value(.news) ?? [],
            strategy: try value(.strategy), weights: try value(.weights) ?? [:],
            setups: try value(.setups))
    }

    /// `horizon5` is 5.
    private static func byHorizon(
        _ patterns: [String: PatternStatistics], _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> [Int: PatternStatistics] {
        try Dictionary(
            uniqueKeysWithValues: patterns.map { key, statistics in
                guard key.hasPrefix(horizonPrefix),
                    let bars = Int(key.dropFirst(horizonPrefix.count))
                else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .patterns, in: container,
                        debugDescription: "unknown horizon \(key)")
                }
                return (bars, statistics)
            })
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(symbol, forKey: .symbol)
        try container.encode(asOf, forKey: .asOf)
        try container.encodeIfPresent(missing, forKey: .missing)
        try container.encodeIfPresent(snapshotID, forKey: .snapshotID)
        try container.encode(snapshot, forKey: .snapshot)
        try container.encodeIfPresent(close, forKey: .close)
        try container.encodeIfPresent(atrFraction, forKey: .atrFraction)
        try container.encode(
            Dictionary(
                uniqueKeysWithValues: patterns.map { ("\(Self.horizonPrefix)\($0)", $1) }),
            forKey: .patterns)
        try container.encode(neighbours, forKey: .neighbours)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encodeIfPresent(account, forKey: .account)
        if !news.isEmpty { try container.encode(news, forKey: .news) }
        try container.encodeIfPresent(strategy, forKey: .strategy)
        if !weights.isEmpty { try container.encode(weights, forKey: .weights) }
        if let setups, setups.n > 0 { try container.encode(setups, forKey: .setups) }
    }
}
