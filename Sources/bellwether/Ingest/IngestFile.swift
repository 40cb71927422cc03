/// A file that is being read: its header known, its rows yet to come.
struct IngestFile: Sendable {
    /// As people gave it: a path, or `-` for standard input.
    let path: String
    /// What messages and reports call it.
    let name: String
    let layout: IngestLayout
    let rows: IngestRows

    /// Opens the file and reads its header.
    ///
    /// - Throws: `ProgramError` if the file cannot be opened or its header is refused.
    init(path: String, kind: IngestKind?) throws {
        let source = try IngestSource(path: path)
        name = source.name
        var reader = CSVReader { try source.read() }
        guard let header = try reader.next() else {
            throw ProgramError(.dataRefused, "\(name): the file is empty")
        }
        self.path = path
        layout = try IngestLayout(header: header, kind: kind, file: name)
        rows = IngestRows(reader: reader, layout: layout, source: source)
    }
}

/// The rows of a file as chunks for COPY; read once, by one task.
///
/// Reading blocks, for a file only as long as the disk takes; for standard input the command has
/// nothing else to do.
final class IngestRows: AsyncSequence, AsyncIteratorProtocol, @unchecked Sendable {
    // Unchecked: the COPY that consumes it is the only user until it has ended.

    private var reader: CSVReader
    private let layout: IngestLayout
    private let source: IngestSource
    private var lines = CopyLines()
    private var reported = 0

    /// The file's length in bytes, where it has one.
    var size: Int? { source.size }
    /// Told the number of bytes read since the last time.
    var onRead: (@Sendable (Int) -> Void)?

    init(reader: CSVReader, layout: IngestLayout, source: IngestSource) {
        self.reader = reader
        self.layout = layout
        self.source = source
    }

    func makeAsyncIterator() -> IngestRows { self }

    func next() async throws -> [UInt8]? {
        lines.removeAll()
        while lines.bytes.count < 1 << 16 {
            guard let record = try nextRecord() else { break }
            layout.append(record, to: &lines)
        }
        onRead?(source.position - reported)
        reported = source.position
        return lines.bytes.isEmpty ? nil : lines.bytes
    }

    private func nextRecord() throws -> CSVRecord? {
        do {
            return try reader.next()
        } catch let error as ProgramError where error.code == .dataRefused {
            throw ProgramError(.dataRefused, "\(source.name): \(error.message)", hint: error.hint)
        }
    }
}
