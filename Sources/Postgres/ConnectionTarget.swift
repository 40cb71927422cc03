internal import CPostgres

/// Where to connect and as whom: a connection string that was read and checked, and how to behave.
///
/// `description` names host, port, database and user, never the password.
package struct ConnectionTarget: Sendable {
    /// The keywords and values of the string, as libpq read them; may hold the password.
    let options: [String: String]
    /// How long one attempt may take: `connect_timeout` of the string, else 10 s.
    package var connectTimeout: Duration
    /// Whether a pooler gives out sessions for one transaction each (PgBouncer, `pool_mode =
    /// transaction`): nothing is kept in the session, each statement is parsed anew, and no NOTIFY
    /// arrives.
    package var isPooled = false
    /// Gets each NOTICE, WARNING and so on that the server sends; nothing by default.
    package var onNotice: (@Sendable (PostgresNotice) -> Void)?

    /// What is used when the string does not say it.
    ///
    /// A peer that is silent for 30 s is given up by the kernel, so that no statement waits on a
    /// dead machine for hours.
    private static let defaults = [
        "client_encoding": "UTF8",
        "fallback_application_name": "bellwether",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "4",
        "tcp_user_timeout": "30000",
    ]

    /// Reads a connection string: `postgresql://user@host/database?...` or `host=... dbname=...`.
    ///
    /// - Throws: `.connection` if libpq cannot read it; the message never shows the password.
    package init(_ string: String) throws(PostgresError) {
        guard !string.isEmpty else {
            throw PostgresError(
                .connection, "no database is named",
                hint: "Set DATABASE_URL, for example to the output of `make -s dsn`.")
        }
        var complaint: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(string, &complaint) else {
            throw Self.unreadable(string, complaint: complaint)
        }
        defer { PQconninfoFree(parsed) }
        var options = Self.defaults
        var cursor = parsed
        while let keyword = cursor.pointee.keyword {
            if let value = cursor.pointee.val {
                options[String(cString: keyword)] = String(cString: value)
            }
            cursor += 1
        }
        self.options = options
        let seconds = options["connect_timeout"].flatMap { Int($0) } ?? 0
        connectTimeout = .seconds(seconds > 0 ? seconds : 10)
    }

    /// libpq's complaint quotes the string, so it is shown only if there can be no secret in it.
    private static func unreadable(
        _ string: String, complaint: UnsafeMutablePointer<CChar>?
    ) -> PostgresError {
        defer { PQfreemem(complaint) }
        var message = "the database's connection string cannot be read"
        if let complaint, !string.contains("@"), !string.contains("pass") {
            message += ": " + String(cString: complaint).trimmingWhitespace()
        }
        return PostgresError(
            .connection, message,
            hint:
                "It looks like postgresql://user@host:5432/database; encode special letters as %40."
        )
    }

    /// The same server and user, another database: for tests and `migrate`.
    package func database(_ name: String) -> ConnectionTarget {
        with("dbname", name)
    }

    /// The same server and database as another login.
    package func user(_ name: String) -> ConnectionTarget {
        with("user", name)
    }

    /// The name that pg_stat_activity shows.
    package func applicationName(_ name: String) -> ConnectionTarget {
        with("application_name", name)
    }

    /// Any keyword of libpq (PostgreSQL documentation, 34.1.2), for example `sslmode`.
    package func with(_ keyword: String, _ value: String) -> ConnectionTarget {
        var options = options
        options[keyword] = value
        return ConnectionTarget(
            options: options, connectTimeout: connectTimeout, isPooled: isPooled,
            onNotice: onNotice)
    }

    private init(
        options: [String: String], connectTimeout: Duration, isPooled: Bool,
        onNotice: (@Sendable (PostgresNotice) -> Void)?
    ) {
        self.options = options
        self.connectTimeout = connectTimeout
        self.isPooled = isPooled
        self.onNotice = onNotice
    }
}

extension ConnectionTarget: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    package var description: String {
        let host = options["host"] ?? options["hostaddr"] ?? "the local socket"
        let port = options["port"].map { ":\($0)" } ?? ""
        let user = options["user"].map { " as \($0)" } ?? ""
        let database = options["dbname"].map { "database \($0) " } ?? ""
        return "\(database)at \(host)\(port)\(user)"
    }

    package var debugDescription: String { description }

    /// `dump` and string interpolation of containers must not reach the password either.
    package var customMirror: Mirror { Mirror(self, children: ["target": description]) }
}

/// A message of the server that is not an error: NOTICE, WARNING, INFO, LOG, DEBUG.
package struct PostgresNotice: Sendable {
    package let severity: String
    package let message: String
    package let sqlState: String?
    package let detail: String?
    package let hint: String?
}

extension String {
    func trimmingWhitespace() -> String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
