/// Reads CSV (RFC 4180) record by record from a source of bytes; holds one chunk and one record.
///
/// Fields may be quoted and then hold commas, quotes (doubled) and line ends. A byte order mark, CR
/// LF, LF and empty lines are understood. A record that is malformed is returned with its problem,
/// so that the caller may refuse the file or skip the record.
struct CSVReader {
    /// Longer records are refused: a quote was never closed.
    static let maximumRecordLength = 1 << 20

    private let read: () throws -> [UInt8]?
    private var chunk: [UInt8] = []
    private var position = 0
    private var line = 1
    private var isAtStart = true

    /// - Parameter read: the next bytes, at least one; nothing at the end.
    init(_ read: @escaping () throws -> [UInt8]?) {
        self.read = read
    }

    /// The next record, or nothing at the end.
    ///
    /// - Throws: what the source throws; `ProgramError` when a record is longer than
    ///   `maximumRecordLength`.
    mutating func next() throws -> CSVRecord? {
        if isAtStart { try skipByteOrderMark() }
        while true {
            var builder = Builder(line: line)
            while let byte = try nextByte() {
                if byte == newline { line += 1 }
                if builder.take(byte) { break }
                if builder.raw.count > Self.maximumRecordLength {
                    throw ProgramError(
                        .dataRefused, "line \(builder.line): the record is longer than 1 MiB",
                        hint: "Probably a quote is opened there and never closed.")
                }
            }
            if builder.isBlank {
                if builder.isComplete { continue }
                return nil
            }
            return builder.record()
        }
    }

    private mutating func nextByte() throws -> UInt8? {
        if position == chunk.count {
            guard let more = try read() else { return nil }
            chunk = more
            position = 0
        }
        defer { position += 1 }
        return chunk[position]
    }

    private mutating func skipByteOrderMark() throws {
        isAtStart = false
        var start: [UInt8] = []
        while start.count < 3, let byte = try nextByte() { start.append(byte) }
        if start == [0xEF, 0xBB, 0xBF] { return }
        chunk = start + chunk[position...]
        position = 0
    }
}

private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let quote = UInt8(ascii: "\"")
private let comma = UInt8(ascii: ",")

/// The state machine of one record: bytes in, fields out.
private struct Builder {
    private enum State { case fieldStart, plain, quoted, quoteInQuoted, afterQuote }

    let line: Int
    private(set) var raw: [UInt8] = []
    private(set) var isComplete = false
    private var state = State.fieldStart
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var problem: CSVRecord.Problem?

    init(line: Int) { self.line = line }

    /// Nothing but a line end, or nothing at all.
    var isBlank: Bool { raw.isEmpty || raw == [carriageReturn] }

    /// Whether the record ends with this byte.
    mutating func take(_ byte: UInt8) -> Bool {
        if byte == newline, state != .quoted {
            end()
            isComplete = true
            return true
        }
        raw.append(byte)
        if byte == 0 { note(.nulByte(field: ends.count)) }
        switch (state, byte) {
        case (.quoted, quote): state = .quoteInQuoted
        case (.quoted, _): bytes.append(byte)
        case (.quoteInQuoted, quote):
            bytes.append(byte)
            state = .quoted
        case (_, comma):
            ends.append(bytes.count)
            state = .fieldStart
        case (.quoteInQuoted, carriageReturn), (.afterQuote, carriageReturn):
            state = .afterQuote
        case (.quoteInQuoted, _), (.afterQuote, _):
            note(.textAfterQuote(field: ends.count))
            state = .afterQuote
        case (.fieldStart, quote): state = .quoted
        case (_, quote):
            note(.quoteInField(field: ends.count))
            state = .plain
        default:
            bytes.append(byte)
            state = .plain
        }
        return false
    }

    private mutating func end() {
        if raw.last == carriageReturn {
            raw.removeLast()
            if state == .plain { bytes.removeLast() }
        }
        ends.append(bytes.count)
    }

    private mutating func note(_ found: CSVRecord.Problem) {
        if problem == nil { problem = found }
    }

    /// The record; without a line end it is the last of the file.
    consuming func record() -> CSVRecord {
        if !isComplete {
            if state == .quoted { note(.openQuote(field: ends.count)) }
            end()
            note(.noLineEnd)
        }
        var fields: [CSVRecord.Field] = []
        fields.reserveCapacity(ends.count)
        var start = 0
        for (index, end) in ends.enumerated() {
            let field = bytes[start..<end]
            if field.contains(where: { $0 >= 0x80 }),
                String(validating: field, as: UTF8.self) == nil
            {
                note(.notUTF8(field: index))
            }
            fields.append(field)
            start = end
        }
        return CSVRecord(line: line, fields: fields, raw: raw, problem: problem)
    }
}
