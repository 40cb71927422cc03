internal import CPostgres

extension PostgresError {
    /// The server's complaint about a statement.
    init(answer: Answer, statement: SQL) {
        guard let message = answer.field(Field.message) else {
            // libpq's own finding: the session is gone.
            self.init(connection: answer.complaint)
            self.statement = statement.text
            return
        }
        let state = answer.field(Field.sqlState)
        self.init(
            state == nil ? .connection : .server,
            Self.redacted(message, sqlState: state, values: statement.values),
            sqlState: state, detail: answer.field(Field.detail), hint: answer.field(Field.hint))
        `where` = answer.field(Field.context)
        constraint = answer.field(Field.constraint)
        table = answer.field(Field.table)
        column = answer.field(Field.column)
        self.statement = statement.text
    }

    /// Data exceptions quote the input they could not read: `... type integer: "secret"`.
    private static func redacted(
        _ message: String, sqlState: String?, values: [any PostgresEncodable]
    ) -> String {
        guard sqlState?.hasPrefix("22") == true else { return message }
        var message = message
        for value in values {
            let text = (value as? String) ?? (value as? JSON)?.text
            guard let text, !text.isEmpty else { continue }
            message = message.replacing("\"\(text)\"", with: "\"****\"")
        }
        return message
    }

    /// libpq's own words about a connection, in one line, with what to do where that is known.
    init(connection text: String, target: ConnectionTarget? = nil) {
        let lines = text.split(separator: "\n").map { String($0).trimmingWhitespace() }
        let last = lines.first { !$0.isEmpty } ?? "the connection broke"
        var message =
            last.hasPrefix("FATAL:") ? String(last.dropFirst(6)).trimmingWhitespace() : last
        if let target { message = "cannot connect to \(target): \(message)" }
        if let password = target?.options["password"], !password.isEmpty {
            message = message.replacing(password, with: "****")
        }
        let known = Self.known.first { text.contains($0.part) }
        self.init(.connection, message, sqlState: known?.sqlState, hint: known?.hint)
    }

    /// What connections fail of. libpq tells no SQLSTATE for it; where the server has one it
    /// decides whether trying again is of use.
    private static let known: [(part: String, sqlState: String?, hint: String)] = [
        (
            "No such file or directory", nil,
            "Is the server running? `make up` starts the private one."
        ),
        ("Connection refused", nil, "Is the server running, and is the port right?"),
        ("could not translate host name", nil, "Check the host in DATABASE_URL."),
        ("authentication failed", "28P01", "Check user and password in DATABASE_URL."),
        (
            "no password supplied", "28P01",
            "Put the password into DATABASE_URL, PGPASSWORD or ~/.pgpass."
        ),
        ("pg_hba.conf", "28000", "The server's pg_hba.conf must allow this host and user."),
        ("role \"", "28000", "Check the user's name; `make up` creates the roles."),
        ("database \"", "3D000", "Check the database's name; `make up` creates the private one."),
        ("certificate", "28000", "Check sslmode and sslrootcert in DATABASE_URL."),
        ("does not support SSL", "28000", "Turn ssl on in the server or change sslmode."),
        ("too many clients", "53300", "Close other programs or raise max_connections."),
        ("connection slots", "53300", "Close other programs or raise max_connections."),
        ("starting up", "57P03", "Wait a moment: the server is not ready yet."),
        (
            "administrator command", "57P01",
            "The server is being stopped, or somebody ended the session."
        ),
        ("crash of another server process", "57P02", "The server restarts by itself."),
        ("shutting down", "57P03", "The server is being stopped."),
    ]

    /// PostgreSQL documentation, 34.3.2, PQresultErrorField: the letters of the wire protocol.
    enum Field {
        static let severity = code("V")
        static let sqlState = code("C")
        static let message = code("M")
        static let detail = code("D")
        static let hint = code("H")
        static let context = code("W")
        static let table = code("t")
        static let column = code("c")
        static let constraint = code("n")

        private static func code(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }
    }
}
