internal import CPostgres
internal import Glibc

extension Connection {
    /// Sends all statements at once and then reads their answers: one round trip for all.
    ///
    /// Outside a transaction they are one: if any fails, none has happened.
    ///
    /// - Returns: The rows of each, in order.
    /// - Throws: `.server` for the first statement that failed; as `query` otherwise.
    package func pipeline(_ statements: [SQL]) async throws(PostgresError) -> [Rows] {
        guard !statements.isEmpty else { return [] }
        let handle = try ready()
        return try await interruptible(handle, nil) { connection throws(PostgresError) in
            try connection.runPipeline(statements, handle)
        }
    }

    private func runPipeline(_ sqls: [SQL], _ handle: Handle) throws(PostgresError) -> [Rows] {
        // Types must be known before values can be encoded: parse what is new, one round trip each.
        var calls: [(statement: StatementCache.Prepared, parameters: Parameters)] = []
        calls.reserveCapacity(sqls.count)
        for sql in sqls {
            let statement = try prepared(sql, handle)
            calls.append((statement, try Self.parameters(of: sql, statement)))
        }
        guard PQsetnonblocking(handle.connection, 1) == 0,
            PQenterPipelineMode(handle.connection) == 1
        else { throw broken(handle) }
        for (sql, call) in zip(sqls, calls) {
            try send(sql, call.statement, call.parameters, handle)
        }
        guard PQpipelineSync(handle.connection) == 1 else { throw broken(handle) }
        try flush(handle)
        defer {
            if handle === self.handle {
                _ = PQexitPipelineMode(handle.connection)
                _ = PQsetnonblocking(handle.connection, 0)
                deliverNotifications()
            }
        }
        return try collect(sqls, calls.map(\.statement), handle)
    }

    private func send(
        _ sql: SQL, _ statement: StatementCache.Prepared, _ parameters: Parameters,
        _ handle: Handle
    ) throws(PostgresError) {
        let sent = parameters.withPointers { values, lengths, forms in
            if target.isPooled {
                PQsendQueryParams(
                    handle.connection, sql.text, parameters.count,
                    statement.parameters.map(\.oid), values, lengths, forms, 1)
            } else {
                PQsendQueryPrepared(
                    handle.connection, statement.name, parameters.count, values, lengths, forms, 1)
            }
        }
        guard sent == 1 else { throw broken(handle) }
    }

    /// Writes what is buffered; reads meanwhile, or both sides could wait for each other for ever.
    private func flush(_ handle: Handle) throws(PostgresError) {
        while true {
            switch PQflush(handle.connection) {
            case 0: return
            case 1:
                var descriptor = pollfd(
                    fd: handle.socket, events: Int16(POLLIN | POLLOUT), revents: 0)
                guard poll(&descriptor, 1, -1) >= 0 || errno == EINTR else { throw broken(handle) }
                if descriptor.revents & Int16(POLLIN) != 0,
                    PQconsumeInput(handle.connection) != 1
                {
                    throw broken(handle)
                }
            default: throw broken(handle)
            }
        }
    }

    /// One answer and one end mark a statement, then the answer of the sync.
    private func collect(
        _ sqls: [SQL], _ statements: [StatementCache.Prepared], _ handle: Handle
    ) throws(PostgresError) -> [Rows] {
        var rows: [Rows] = []
        rows.reserveCapacity(sqls.count)
        var failure: PostgresError?
        for (sql, statement) in zip(sqls, statements) {
            guard let result = PQgetResult(handle.connection) else { throw broken(handle) }
            let answer = Answer(result)
            switch answer.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                rows.append(Rows(answer: answer, columns: statement.columns))
            case PGRES_PIPELINE_ABORTED: break
            default:
                failure = failure ?? PostgresError(answer: answer, statement: sql)
                if error(failure, isStalePlanOf: sql) { _ = self.statements.remove(sql.text) }
            }
            if !handle.isAlive { throw lost(failure, handle) }
            // The end mark of this statement.
            if let more = PQgetResult(handle.connection) { PQclear(more) }
        }
        guard let sync = PQgetResult(handle.connection) else { throw lost(failure, handle) }
        PQclear(sync)
        if let failure { throw failure }
        return rows
    }

    private func error(_ failure: PostgresError?, isStalePlanOf sql: SQL) -> Bool {
        failure?.statement == sql.text
            && (failure?.sqlState == "26000" || failure?.sqlState == "0A000")
    }

    /// The server's last words if there were any.
    private func lost(_ failure: PostgresError?, _ handle: Handle) -> PostgresError {
        guard var failure else { return broken(handle) }
        drop()
        failure.code = .connection
        return failure
    }
}
