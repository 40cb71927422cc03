import Glibc

/// The bytes of a file or of standard input, in chunks; closed with its last user.
final class IngestSource: @unchecked Sendable {
    // Unchecked: one task at a time reads.

    static let chunkLength = 1 << 16

    /// What messages call it: its path, or `standard input`.
    let name: String
    /// In bytes; nil for what has no length: a pipe, a terminal.
    let size: Int?
    /// How many bytes were read so far.
    private(set) var position = 0
    private let descriptor: Int32

    /// - Parameter path: `-` for standard input.
    /// - Throws: `ProgramError` if there is no such file, it may not be read, or is a folder.
    init(path: String) throws(ProgramError) {
        name = path == "-" ? "standard input" : path
        if path == "-" {
            descriptor = STDIN_FILENO
            size = nil
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ProgramError(.dataRefused, "\(path) cannot be opened: \(Self.reason)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ProgramError(.dataRefused, "\(path) cannot be opened: \(Self.reason)")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw ProgramError(
                .dataRefused, "\(path) is a folder", hint: "Name its files: \(path)/*.csv")
        }
        size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// The next bytes, at least one; nothing at the end.
    func read() throws(ProgramError) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: Self.chunkLength)
        var count = -1
        repeat {
            count = Glibc.read(descriptor, &chunk, chunk.count)
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw ProgramError(.failure, "\(name) cannot be read: \(Self.reason)")
        }
        position += count
        if count == 0 { return nil }
        chunk.removeLast(chunk.count - count)
        return chunk
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
