/// Rows for people: columns as wide as their widest field, numbers to the right.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.header = header }

    mutating func append(_ fields: String...) {
        precondition(fields.count == header.count, "a row has as many fields as the header")
        rows.append(fields.map(Self.clean))
    }

    var isEmpty: Bool { rows.isEmpty }

    var text: String { text(width: nil) }

    /// - Parameters:
    ///   - width: Of the terminal; what is longer is cut. Nil for as wide as it gets.
    ///   - spare: Numbers of columns that are left out if there is no room, in that order.
    func text(width: Int?, spare: [Int] = []) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumber = header.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { Double($0[column]) != nil || $0[column] == "-" }
        }
        var shown = Array(header.indices)
        for column in spare {
            // The last one may be cut: there stands what is long.
            let needed = shown.reduce(-2) { sum, shownColumn in
                let isLast = shownColumn == header.count - 1
                return sum + 2 + (isLast ? min(widths[shownColumn], 24) : widths[shownColumn])
            }
            guard let width, needed > width else { break }
            shown.removeAll { $0 == column }
        }
        return all.map { row in
            let fields = shown.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumber[column] ? space + row[column] : row[column] + space
            }
            let line = fields.joined(separator: "  ")
            let trimmed = String(line.reversed().drop { $0 == " " }.reversed())
            return Self.cut(trimmed, to: width) + "\n"
        }.joined()
    }

    /// As much as there is room for; a point shows that something is missing.
    static func cut(_ line: String, to width: Int?) -> String {
        guard let width, line.count > width else { return line }
        return width < 2 ? String(line.prefix(width)) : line.prefix(width - 1) + "…"
    }

    /// Without what a terminal would obey: names and errors come from anywhere.
    static func clean(_ field: String) -> String {
        String(
            String.UnicodeScalarView(
                field.unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control ? " " : scalar
                }))
    }
}
