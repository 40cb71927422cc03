/// Rows in the text form of COPY (PostgreSQL documentation, COPY, "Text Format"), on their way to a
/// staging table: line, problem_column, problem, raw, and the fields.
struct CopyLines {
    private(set) var bytes: [UInt8] = []

    /// The columns these lines fill.
    static func columns(_ kind: IngestKind) -> String {
        (["line", "problem_column", "problem", "raw"] + kind.columns.map(\.name))
            .joined(separator: ", ")
    }

    /// A record that can be read; spaces around a field are dropped, an empty one is NULL.
    mutating func append(line: Int, fields: [CSVRecord.Field?]) {
        bytes += Array(String(line).utf8)
        bytes += Array("\t\\N\t\\N\t\\N".utf8)
        for field in fields {
            bytes.append(tab)
            append(value: field.map(Self.trimmed))
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A record that cannot be read, with the reason.
    mutating func append(_ record: CSVRecord, problem: String, column: String?, columns: Int) {
        bytes += Array(String(record.line).utf8)
        for text in [column, problem, record.shown] {
            bytes.append(tab)
            append(value: text.map { Array($0.utf8)[...] })
        }
        for _ in 0..<columns { bytes += Array("\t\\N".utf8) }
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func append(value: ArraySlice<UInt8>?) {
        guard let value, !value.isEmpty else {
            bytes += [backslash, UInt8(ascii: "N")]
            return
        }
        for byte in value {
            switch byte {
            case backslash: bytes += [backslash, backslash]
            case tab: bytes += [backslash, UInt8(ascii: "t")]
            case UInt8(ascii: "\n"): bytes += [backslash, UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): bytes += [backslash, UInt8(ascii: "r")]
            default: bytes.append(byte)
            }
        }
    }

    private static func trimmed(_ field: CSVRecord.Field) -> CSVRecord.Field {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == tab }
        var field = field.drop(while: isSpace)
        while let last = field.last, isSpace(last) { field.removeLast() }
        return field
    }
}

private let tab = UInt8(ascii: "\t")
private let backslash = UInt8(ascii: "\\")
