import Postgres

extension Context {
    /// The database of the settings, seen by others under the command's name.
    func database(_ command: String) throws(PostgresError) -> ConnectionTarget {
        var target = try ConnectionTarget(configuration.databaseURL.reveal())
            .applicationName("bellwether \(command)")
        target.isPooled = configuration.pooler == .transaction
        let log = log
        target.onNotice = { notice in
            if notice.severity == "WARNING" {
                log.warning("the server says: \(notice.message)")
            } else {
                log.debug("the server says: \(notice.message)")
            }
        }
        return target
    }

    /// Lends a connection of its own to the body, once the schema is the one this program knows.
    func withDatabase<Value: Sendable>(
        as command: String, _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        try await withConnection(as: command) { connection in
            try await SchemaState.read(on: connection).require()
            return try await body(connection)
        }
    }

    /// Lends a connection of its own to the body.
    func withConnection<Value: Sendable>(
        as command: String, _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await Connection.connect(database(command))
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
