import Foundation

/// What a command gets: its arguments, the configuration, and where words and data go.
struct Context: Sendable {
    let invocation: Invocation
    let configuration: Configuration
    let log: Log
    let output: Output
    /// The environment, for what is set nowhere else: keys and addresses of vendors.
    let variables: [String: String]
    /// Reads the settings again, as at the start: the file may have changed.
    let reload: @Sendable () throws(ProgramError) -> Configuration
}

/// Standard output: data for people or, with `--json`, for programs.
struct Output: Sendable {
    let write: @Sendable (String) -> Void
    var isColored = false
    /// Somebody looks at it: it may be drawn over.
    var isTerminal = false
    /// Columns of the terminal: what is wider is cut. Nil where nobody looks.
    var width: Int?

    static let standard = Output(
        write: { FileHandle.standardOutput.write(Data($0.utf8)) },
        isColored: isatty(STDOUT_FILENO) == 1
            && ProcessInfo.processInfo.environment["NO_COLOR"] == nil,
        isTerminal: isatty(STDOUT_FILENO) == 1, width: Terminal.size()?.columns)

    func line(_ text: String) { write(text + "\n") }

    /// One JSON document on one line, keys in snake_case and sorted.
    func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension Option where Value == Bool {
    /// `--json`, the same everywhere.
    static var json: Option { .flag("json", "Print the result as JSON") }
}
