/// Rows for people: columns as wide as their widest field, numbers to the right.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.header = header }

    mutating func append(_ fields: String...) {
        precondition(fields.count == header.count, "a row has as many fields as the header")
        rows.append(fields)
    }

    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumber = header.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { Double($0[column]) != nil || $0[column] == "-" }
        }
        return all.map { row in
            let fields = row.enumerated().map { column, field in
                let space = String(repeating: " ", count: widths[column] - field.count)
                return isNumber[column] ? space + field : field + space
            }
            let line = fields.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
