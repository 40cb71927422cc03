import Postgres
import Providers

/// Turns whatever stopped a command into a sentence for people and an exit code: the one place
/// where such text is made.
enum Explanation {
    /// - Parameter work: What was being done, for errors that do not say it: a file's name.
    static func of(_ error: any Error, during work: String? = nil) -> ProgramError {
        switch error {
        case let failure as ProgramError: failure
        case let error as PostgresError: of(error, during: work)
        case let error as EmbeddingError:
            ProgramError(
                error.code == .computation ? .failure : .configuration, error.message,
                hint: error.hint)
        case is CancellationError: ProgramError(.unfinished, "stopped before the end")
        default: ProgramError(.failure, "\(error)")
        }
    }

    private static func of(_ error: PostgresError, during work: String?) -> ProgramError {
        var message = work.map { "\($0): " } ?? ""
        message += error.message
        if let state = error.sqlState { message += " (SQLSTATE \(state))" }
        if let place = error.where, work != nil { message += "\n\(place)" }
        let known = known(error)
        return ProgramError(known.code, message, hint: error.hint ?? known.hint)
    }

    private static func known(_ error: PostgresError) -> (code: ExitCode, hint: String?) {
        guard let state = error.sqlState else {
            switch error.code {
            case .connection, .timeout:
                return (.databaseUnreachable, "Name the database with --database or DATABASE_URL.")
            case .cancelled: return (.unfinished, nil)
            default: return (.failure, nil)
            }
        }
        switch state {
        case "3D000", "57P01", "57P02", "57P03": return (.databaseUnreachable, nil)
        case "42P01", "42883", "3F000", "42704", "42703":
            return (.schema, "Is the schema up to date? Run: bellwether migrate")
        case "42501":
            return (
                .failure,
                "This login may not do that; name another with --database. The private server's: "
                    + "make dsn ROLE=worker, or ROLE=admin."
            )
        case "55P03", "40P01": return (.unfinished, "Somebody holds a lock; run it again.")
        case "53100": return (.failure, "The server's disk is full.")
        default:
            if state.hasPrefix("28") { return (.databaseUnreachable, nil) }
            if state.hasPrefix("08") { return (.databaseUnreachable, nil) }
            if state.hasPrefix("BW00") { return (.schema, nil) }
            if state.hasPrefix("BW0") { return (.usage, nil) }
            if state.hasPrefix("BW3") { return (.dataRefused, nil) }
            return (.failure, nil)
        }
    }
}
