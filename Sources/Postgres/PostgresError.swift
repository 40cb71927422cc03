/// What went wrong between this program and PostgreSQL, in words for people and codes for programs.
///
/// `description` is for logs and terminals: message, SQLSTATE and hint, never a bound value or a
/// row. `String(reflecting:)` adds the statement with its parameters as `****`, the detail, which
/// may show a row, and where in the server's functions it happened.
package struct PostgresError: Error, Sendable, Equatable {
    /// What kind of failure this is, for programs that must choose what to do.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case connection, server, cancelled, encoding, decoding, busy, closed, timeout
            case commitUnknown = "commit_unknown"
            case `protocol`
        }

        private let base: Base
        package var description: String { base.rawValue }

        /// No connection could be made, or an existing one broke.
        package static let connection = Self(base: .connection)
        /// The server refused the statement; `sqlState` says why.
        package static let server = Self(base: .server)
        /// The calling task was cancelled, and with it the statement.
        package static let cancelled = Self(base: .cancelled)
        /// A bound value does not fit the type that the statement wants.
        package static let encoding = Self(base: .encoding)
        /// A column does not have the type, or the value, that the caller asked for.
        package static let decoding = Self(base: .decoding)
        /// The connection is inside another task's transaction or COPY.
        package static let busy = Self(base: .busy)
        /// The connection or pool was closed by this program.
        package static let closed = Self(base: .closed)
        /// The time limit of the call passed.
        package static let timeout = Self(base: .timeout)
        /// The connection broke during COMMIT: the transaction may or may not stand.
        package static let commitUnknown = Self(base: .commitUnknown)
        /// The server answered with something this client cannot be in.
        package static let `protocol` = Self(base: .protocol)
    }

    package var code: Code
    /// One sentence; lower case and without a full stop when it is the server's.
    package var message: String
    /// The five letters of the SQL standard, or our own class `BW`.
    package var sqlState: String?
    /// The server's detail; may show values of rows.
    package var detail: String?
    /// What to do about it.
    package var hint: String?
    /// The server's call stack: which functions and which statement in them.
    package var `where`: String?
    package var constraint: String?
    package var table: String?
    package var column: String?
    /// The text that was sent, with `$1` where values were bound.
    package var statement: String?

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, detail: String? = nil,
        hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.hint = hint
    }

    /// Whether trying again later, perhaps on a new connection, may succeed without any change.
    package var isTransient: Bool {
        switch code {
        case .connection, .timeout: sqlState.map(Self.isTransient(sqlState:)) ?? true
        case .server: sqlState.map(Self.isTransient(sqlState:)) ?? false
        default: false
        }
    }

    /// PostgreSQL documentation, appendix A: 08 connection, 40 rollback, 53 resources, 55P03 lock,
    /// 57P01..57P05 shutdown and start, 58 system; 53100 (disk full) passes when space is freed.
    private static func isTransient(sqlState: String) -> Bool {
        switch sqlState.prefix(2) {
        case "08", "40", "53", "58": true
        case "57": sqlState != "57014" && sqlState != "57P04"
        default: sqlState == "55P03"
        }
    }

    /// For metric labels: the code and the SQLSTATE, no values.
    package var shortDescription: String {
        sqlState.map { "\(code):\($0)" } ?? code.description
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let hint { text += text.hasSuffix(".") ? " \(hint)" : ". \(hint)" }
        return text
    }

    package var debugDescription: String {
        var lines = ["PostgresError.\(code): \(description)"]
        if let detail { lines.append("detail: \(detail)") }
        if let constraint { lines.append("constraint: \(constraint)") }
        if let table { lines.append("table: \(table)") }
        if let column { lines.append("column: \(column)") }
        if let `where` { lines.append("where: \(`where`)") }
        if let statement { lines.append("statement: \(Self.masked(statement))") }
        return lines.joined(separator: "\n")
    }

    /// The statement with `****` for each bound value.
    private static func masked(_ statement: String) -> String {
        statement.replacing(/\$[0-9]+/, with: "****")
    }
}
