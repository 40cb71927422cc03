package import Foundation

/// An earlier snapshot much like the one in question, and what followed it.
package struct Neighbour: Equatable, Sendable {
    package let snapshotID: Int64
    package let symbol: Symbol
    package let time: Date
    /// Cosine similarity in -1...1.
    package let similarity: Double
    /// The return over the horizon; nil while it was not yet known.
    package let forwardReturn: Double?

    package init(
        snapshotID: Int64, symbol: Symbol, time: Date, similarity: Double, forwardReturn: Double?
    ) {
        self.snapshotID = snapshotID
        self.symbol = symbol
        self.time = time
        self.similarity = similarity
        self.forwardReturn = forwardReturn
    }
}

extension Neighbour: Codable {
    enum CodingKeys: String, CodingKey {
        case symbol, similarity
        case snapshotID = "snapshot_id"
        case time = "ts"
        case forwardReturn = "forward_return"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let time = Timestamp.parse(try container.decode(String.self, forKey: .time)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .time, in: container, debugDescription: "not a timestamp")
        }
        self.init(
            snapshotID: try container.decode(Int64.self, forKey: .snapshotID),
            symbol: try container.decode(Symbol.self, forKey: .symbol), time: time,
            similarity: try container.decode(Double.self, forKey: .similarity),
            forwardReturn: try container.decodeIfPresent(Double.self, forKey: .forwardReturn))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(snapshotID, forKey: .snapshotID)
        try container.encode(symbol, forKey: .symbol)
        try container.encode(Timestamp.text(time), forKey: .time)
        try container.encode(similarity, forKey: .similarity)
        try container.encodeIfPresent(forwardReturn, forKey: .forwardReturn)
    }
}
