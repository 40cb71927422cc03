/// The prepared statements of one connection, by their text; the longest unused one goes first.
struct StatementCache {
    /// A prepared statement: its name on the server, what it wants and what it returns.
    final class Prepared {
        /// Empty behind a pooler: it is parsed anew at each use.
        let name: String
        let parameters: [PostgresType]
        let columns: Columns
        fileprivate var usedAt: UInt64 = 0

        init(name: String, parameters: [PostgresType], columns: Columns) {
            self.name = name
            self.parameters = parameters
            self.columns = columns
        }
    }

    static let capacity = 256

    private var prepared: [String: Prepared] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    /// The statement with this text, now the one used last.
    mutating func find(_ text: String) -> Prepared? {
        guard let found = prepared[text] else { return nil }
        uses += 1
        found.usedAt = uses
        return found
    }

    /// A name that no statement of this session has had.
    mutating func newName() -> String {
        names += 1
        return "bw\(names)"
    }

    /// Keeps a statement. Returns the name of one that must be deallocated in its place, if any.
    ///
    /// O(capacity) when full: that is once for each new text, beside a round trip.
    mutating func insert(_ statement: Prepared, for text: String) -> String? {
        uses += 1
        statement.usedAt = uses
        var evicted: String?
        if prepared.count >= Self.capacity,
            let oldest = prepared.min(by: { $0.value.usedAt < $1.value.usedAt })
        {
            evicted = oldest.value.name
            prepared[oldest.key] = nil
        }
        prepared[text] = statement
        return evicted
    }

    /// Forgets one statement. Returns its name on the server.
    mutating func remove(_ text: String) -> String? {
        prepared.removeValue(forKey: text)?.name
    }

    mutating func removeAll() {
        prepared.removeAll()
    }
}
