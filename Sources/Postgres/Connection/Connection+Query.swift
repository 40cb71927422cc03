internal import CPostgres
internal import Dispatch

extension Connection {
    /// Runs one statement and returns its rows.
    ///
    /// It is prepared on its first use and found again by its text; values and rows travel in
    /// binary form.
    ///
    /// - Parameter limit: The longest it may take; nil for no limit but the server's.
    /// - Throws: `.server` with the SQLSTATE; `.cancelled` if the task was, `.timeout` when the
    ///   limit passed; `.connection` if the connection broke: it is closed then.
    package func query(
        _ sql: SQL, within limit: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        let handle = try ready()
        return try await interruptible(handle, limit) { connection throws(PostgresError) in
            try connection.run(sql, handle)
        }
    }

    /// Runs a script of any number of statements; what they return is thrown away.
    ///
    /// - Throws: As `query`.
    package func execute(
        _ script: String, within limit: Duration? = nil
    ) async throws(PostgresError) {
        let handle = try ready()
        try await interruptible(handle, limit) { connection throws(PostgresError) in
            try connection.runScript(script, handle)
        }
    }

    /// Runs `body`, which blocks, so that cancelling the task or the limit stops it on the server.
    func interruptible<Value: Sendable>(
        _ handle: Handle, _ limit: Duration?,
        _ body: (isolated Connection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let interrupter = interrupter
        let ticket = interrupter.begin()
        let timer = limit.map { interrupter.interrupt(ticket, after: $0) }
        let start = limit == nil ? nil : ContinuousClock.now
        let result = await withTaskCancellationHandler {
            () -> Result<Value, PostgresError> in
            if Task.isCancelled {
                return .failure(PostgresError(.cancelled, "the statement was cancelled"))
            }
            // Naming `self` keeps this closure on the connection's executor: one that does not
            // capture it would run on the cooperative pool, and libpq would block that.
            return self.outcome(of: body)
        } onCancel: {
            interrupter.interrupt(ticket)
        }
        timer?.cancel()
        if !interrupter.finish() { drop() }
        return try result.mapError { error in
            let hasPassed = limit.flatMap { limit in start.map { .now - $0 >= limit } } ?? false
            return Self.reason(for: error, isCancelled: Task.isCancelled, hasPassed: hasPassed)
        }.get()
    }

    private func outcome<Value: Sendable>(
        of body: (isolated Connection) throws(PostgresError) -> Value
    ) -> Result<Value, PostgresError> {
        do {
            return .success(try body(self))
        } catch {
            return .failure(error)
        }
    }

    /// 57014 (query_canceled) is what an interruption looks like; so is a socket we shut down.
    private static func reason(
        for error: PostgresError, isCancelled: Bool, hasPassed: Bool
    ) -> PostgresError {
        guard error.sqlState == "57014" || error.code == .connection else { return error }
        var error = error
        if isCancelled {
            error.code = .cancelled
        } else if hasPassed {
            error.code = .timeout
            error.message = "the statement took longer than its limit: \(error.message)"
        }
        return error
    }

    /// Blocks until the statement has run.
    func run(_ sql: SQL, _ handle: Handle) throws(PostgresError) -> Rows {
        do {
            return try runPrepared(sql, handle)
        } catch  where Self.isStale(error) {
            // The plan is gone, or tables have changed since: prepare anew, if nothing is lost.
            if let name = statements.remove(sql.text), !name.isEmpty,
                error.sqlState == "0A000",
                handle.transaction == PQTRANS_IDLE
            {
                try runScript("deallocate \(name)", handle)
            }
            guard handle.transaction == PQTRANS_IDLE else { throw error }
            return try runPrepared(sql, handle)
        }
    }

    private func runPrepared(_ sql: SQL, _ handle: Handle) throws(PostgresError) -> Rows {
        let statement = try prepared(sql, handle)
        let parameters = try Self.parameters(of: sql, statement)
        let result = parameters.withPointers { values, lengths, forms in
            if target.isPooled {
                PQexecParams(
                    handle.connection, sql.text, parameters.count,
                    statement.parameters.map(\.oid), values, lengths, forms, 1)
            } else {
                PQexecPrepared(
                    handle.connection, statement.name, parameters.count, values, lengths, forms, 1)
            }
        }
        let answer = try checked(result, sql, handle)
        return Rows(answer: answer, columns: statement.columns)
    }

    static func parameters(
        of sql: SQL, _ statement: StatementCache.Prepared
    ) throws(PostgresError) -> Parameters {
        do {
            return try Parameters(sql.values, types: statement.parameters)
        } catch {
            var error = error
            error.statement = sql.text
            throw error
        }
    }

    /// Blocks until the script has run.
    func runScript(_ script: String, _ handle: Handle) throws(PostgresError) {
        _ = try checked(PQexec(handle.connection, script), SQL(unchecked: script), handle)
    }

    /// The server's answer, if it is no complaint.
    func checked(
        _ result: OpaquePointer?, _ sql: SQL, _ handle: Handle
    ) throws(PostgresError) -> Answer {
        defer { deliverNotifications() }
        guard let result else { throw broken(handle) }
        let answer = Answer(result)
        switch answer.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return answer
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            if answer.status == PGRES_COPY_OUT { handle.drainCopy() }
            if answer.status == PGRES_COPY_IN { _ = PQputCopyEnd(handle.connection, "no data") }
            handle.drain()
            throw PostgresError(
                .protocol, "COPY cannot be run as a query", hint: "Use copyIn or copyOut.")
        default:
            let error = PostgresError(answer: answer, statement: sql)
            guard handle.isAlive else {
                var lost = error.sqlState == nil ? broken(handle) : error
                drop()
                lost.code = .connection
                lost.statement = sql.text
                throw lost
            }
            throw error
        }
    }

    /// Plans whose tables changed (0A000 with this text) or that were deallocated (26000).
    private static func isStale(_ error: PostgresError) -> Bool {
        switch error.sqlState {
        case "26000": true
        case "0A000": error.message.contains("cached plan must not change result type")
        default: false
        }
    }
}
