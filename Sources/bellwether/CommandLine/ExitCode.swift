/// How the program ends: the number a shell script can act on.
enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case failure = 1
    case usage = 2
    case configuration = 3
    case databaseUnreachable = 4
    case schema = 5
    case dataRefused = 6
    case unfinished = 7

    /// What `--help` says about the number.
    var meaning: String {
        switch self {
        case .success: "done"
        case .failure: "failed; the message says why"
        case .usage: "the command line is wrong"
        case .configuration: "a setting is missing or wrong"
        case .databaseUnreachable: "the database cannot be reached or refuses the login"
        case .schema: "the database's schema or extension is missing, too old or too new"
        case .dataRefused: "the data given is refused, nothing of it was stored"
        case .unfinished: "stopped before the end, can be run again"
        }
    }
}

/// What stops a command: a sentence for people, a way out, and the exit code.
struct ProgramError: Error, Equatable, Sendable, CustomStringConvertible {
    let code: ExitCode
    let message: String
    let hint: String?

    init(_ code: ExitCode, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    var description: String { hint.map { "\(message)\n\($0)" } ?? message }
}
