/// The prepared statements of one connection, by their text; the longest unused one goes first.
struct StatementCache {
    /// A prepared statement: its name on the server, what it wants and what it returns.
    final class Prepared {
        /// Empty behind a pooler: it is parsed anew at each use.
        let name: String
        let parameters: [PostgresType]
        private(set) var columns: Columns
        fileprivate var usedAt: UInt64 = 0
        private var isDescribed = true

        /// One that is not described: its first answer says what it returns.
        init(name: String, parameters: [PostgresType]) {
            self.name = name
            self.parameters = parameters
            columns = Columns(names: [], types: [])
            isDescribed = false
        }

        /// What it returns, as this answer to it says.
        func columns(of answer: Answer) -> Columns {
            if isDescribed { return columns }
            let places = 0..<answer.columnCount
            columns = Columns(
                names: places.map { answer.name(column: $0) },
                types: places.map { place in
                    let oid = answer.type(column: place)
                    return PostgresType.builtIn[oid]
                        ?? PostgresType(oid: oid, kind: .other("oid \(oid)"))
                })
            isDescribed = true
            return columns
        }

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

    /// Whether another statement would be at the cost of one that is here.
    var isFull: Bool { prepared.count >= Self.capacity }

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
