internal import CPostgres

extension PostgresError {
    /// The server's complaint about a statement.
    init(answer: Answer, statement: SQL) {
        let message = answer.field(Field.message) ?? "the server gave no reason"
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
        var message = last
        if let target { message = "cannot connect to \(target): \(last)" }
        if let password = target?.options["password"], !password.isEmpty {
            message = message.replacing(password, with: "****")
        }
        self.init(.connection, message, hint: Self.hint(for: text))
    }

    private static func hint(for text: String) -> String? {
        let hints = [
            (
                "No such file or directory",
                "Is the server running? `make up` starts the private one."
            ),
            ("Connection refused", "Is the server running, and is the port right?"),
            ("could not translate host name", "Check the host in DATABASE_URL."),
            ("password authentication failed", "Check user and password in DATABASE_URL."),
            (
                "no password supplied",
                "Put the password into DATABASE_URL, PGPASSWORD or ~/.pgpass."
            ),
            ("database \"", "Check the database's name; `make up` creates the private one."),
            ("role \"", "Check the user's name; `make up` creates the roles."),
            ("pg_hba.conf", "The server's pg_hba.conf must allow this host and user."),
            ("certificate", "Check sslmode and sslrootcert in DATABASE_URL."),
            ("too many clients", "Close other programs or raise max_connections."),
            ("remaining connection slots", "Close other programs or raise max_connections."),
        ]
        return hints.first { text.contains($0.0) }?.1
    }

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
