/// How the fields of one file become rows of a staging table: made from its header line.
struct IngestLayout: Equatable, Sendable {
    let kind: IngestKind
    /// Names as people find them in the file, for messages.
    let header: [String]
    /// For each column of the staging table the field of the file, nil if it has none.
    private let places: [Int?]
    /// Columns of the file that are not loaded.
    let ignored: [String]

    /// - Throws: `ProgramError` for a header that cannot be read, is of no known kind, names a column
    ///   twice or lacks one.
    init(header record: CSVRecord, kind wanted: IngestKind?, file: String) throws(ProgramError) {
        let place = "\(file): line \(record.line)"
        if let problem = record.problem {
            throw ProgramError(.dataRefused, "\(place): the header \(problem.reason)")
        }
        let header = record.texts.map { Self.trimmed($0) }
        let names = header.map { $0.lowercased() }
        guard let kind = wanted ?? IngestKind.guess(names) else {
            throw ProgramError(
                .dataRefused, "\(place): the header tells no known kind of file: \(record.shown)",
                hint: "Bars start with: symbol,date,open,high,low,close,volume.")
        }
        var seen: Set<String> = []
        for (index, name) in names.enumerated() where !seen.insert(name).inserted {
            throw ProgramError(
                .dataRefused, "\(place), column \(index + 1): '\(header[index])' is there twice")
        }
        self.kind = kind
        self.header = header
        guard kind != .closes else {
            guard names.first == "date", names.count > 1 else {
                throw ProgramError(
                    .dataRefused, "\(place): the first column must be 'date', symbols follow")
            }
            places = []
            ignored = []
            return
        }
        var places: [Int?] = []
        for column in kind.columns {
            let found = ([column.name] + column.otherNames).firstNonNil { names.firstIndex(of: $0) }
            guard found != nil || !column.isRequired else {
                throw ProgramError(
                    .dataRefused, "\(place): column '\(column.name)' is missing",
                    hint: "A file of \(kind.rawValue) has: "
                        + kind.columns.filter(\.isRequired).map(\.name).joined(separator: ",")
                        + ".")
            }
            places.append(found)
        }
        self.places = places
        let used = Set(places.compactMap { $0 })
        ignored = header.enumerated().filter { !used.contains($0.offset) }.map(\.element)
    }

    /// The rows of a record, as lines of COPY's text form.
    func append(_ record: CSVRecord, to lines: inout CopyLines) {
        if let problem = record.problem {
            let column = problem.field.flatMap { $0 < header.count ? header[$0] : nil }
            lines.append(
                record, problem: problem.reason, column: column, columns: kind.columns.count)
        } else if record.fields.count != header.count {
            let reason = "has \(record.fields.count) fields, the header \(header.count)"
            lines.append(record, problem: reason, column: nil, columns: kind.columns.count)
        } else if kind == .closes {
            appendCloses(record, to: &lines)
        } else {
            lines.append(line: record.line, fields: places.map { $0.map { record.fields[$0] } })
        }
    }

    /// One row for each symbol that has a close.
    private func appendCloses(_ record: CSVRecord, to lines: inout CopyLines) {
        for (index, close) in record.fields.enumerated().dropFirst() where !close.isEmpty {
            let symbol = Array(header[index].utf8)[...]
            lines.append(line: record.line, fields: [symbol, record.fields[0], close, close])
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Sequence {
    fileprivate func firstNonNil<Value>(_ find: (Element) -> Value?) -> Value? {
        for element in self {
            if let found = find(element) { return found }
        }
        return nil
    }
}
