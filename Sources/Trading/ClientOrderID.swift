/// What the name of an order at a broker says: `bw-TENANT-...` is one of ours.
package enum ClientOrderID {
    /// - Returns: nil for an order that is not ours.
    package static func tenant(of id: String) -> Int32? {
        let parts = id.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "bw" else { return nil }
        return Int32(parts[1])
    }
}
