/// The rows that an opinion rests on: how you know.
package struct Evidence: Equatable, Sendable, Codable {
    /// The snapshot of the symbol itself.
    package let snapshotID: Int64?
    /// The most similar earlier snapshots.
    package let neighbourIDs: [Int64]
    /// Dates of the first and the last of them, `2016-03-01`.
    package let from: String?
    package let to: String?
    /// How many neighbours the statistics cover, for each number of bars.
    package let counts: [String: Int]

    enum CodingKeys: String, CodingKey {
        case from, to, counts
        case snapshotID = "snapshot_id"
        case neighbourIDs = "neighbour_ids"
    }

    package init(_ view: MarketView) {
        snapshotID = view.snapshotID
        neighbourIDs = view.neighbours.map(\.snapshotID)
        let times = view.neighbours.map(\.time)
        from = times.min().map { Timestamp.dateText($0) }
        to = times.max().map { Timestamp.dateText($0) }
        counts = Dictionary(
            uniqueKeysWithValues: view.patterns.map { ("horizon\($0)", $1.n) })
    }
}
