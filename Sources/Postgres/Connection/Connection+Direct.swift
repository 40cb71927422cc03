internal import CPostgres
internal import Dispatch
internal import Glibc

extension Connection {
    /// As `pipeline`, on the calling thread, which waits in poll(2): no task, no thread switch.
    ///
    /// For statements whose bound values are all texts. New ones are parsed in the same round trip.
    /// The caller must be the only one that uses the connection; `DirectPool` sees to it.
    ///
    /// - Parameter patience: How long the server may be silent, in ms; the connection is closed then.
    /// - Returns: The rows of each, or `.server` for the first statement that failed, `.timeout`,
    ///   `.connection`; and whether the session stands and has room for more statements.
    nonisolated func pipelineHere(
        _ statements: [SQL], patience: Int32
    ) -> (result: Result<[Rows], PostgresError>, isOfUse: Bool) {
        // The queue runs the block on the calling thread when nothing else is on it.
        executor.queue.sync {
            self.assumeIsolated { connection in
                let result = connection.direct(statements, patience)
                return (result, connection.isOpen && !connection.statements.isFull)
            }
        }
    }

    private struct Direct {
        let sql: SQL
        let statement: StatementCache.Prepared
        let isNew: Bool
    }

    private func direct(_ sqls: [SQL], _ patience: Int32) -> Result<[Rows], PostgresError> {
        do throws(PostgresError) {
            let handle = try ready()
            guard PQsetnonblocking(handle.connection, 1) == 0,
                PQenterPipelineMode(handle.connection) == 1
            else { throw broken(handle) }
            defer {
                if handle === self.handle {
                    _ = PQexitPipelineMode(handle.connection)
                    _ = PQsetnonblocking(handle.connection, 0)
                }
            }
            var calls: [Direct] = []
            calls.reserveCapacity(sqls.count)
            for sql in sqls { calls.append(try sendDirect(sql, handle)) }
            guard PQpipelineSync(handle.connection) == 1, PQflush(handle.connection) >= 0
            else { throw broken(handle) }
            return .success(try collect(calls, patience, handle))
        } catch {
            return .failure(error)
        }
    }

    private func sendDirect(_ sql: SQL, _ handle: Handle) throws(PostgresError) -> Direct {
        let types = [PostgresType](repeating: .text, count: sql.values.count)
        let parameters = try Parameters(sql.values, types: types)
        let found = statements.find(sql.text)
        let statement =
            found ?? StatementCache.Prepared(name: statements.newName(), parameters: types)
        if found == nil {
            let oids = types.map(\.oid)
            guard
                PQsendPrepare(
                    handle.connection, statement.name, sql.text, Int32(oids.count), oids) == 1
            else { throw broken(handle) }
        }
        let sent = parameters.withPointers { values, lengths, forms in
            PQsendQueryPrepared(
                handle.connection, statement.name, parameters.count, values, lengths, forms, 1)
        }
        guard sent == 1 else { throw broken(handle) }
        return Direct(sql: sql, statement: statement, isNew: found == nil)
    }

    private func collect(
        _ calls: [Direct], _ patience: Int32, _ handle: Handle
    ) throws(PostgresError) -> [Rows] {
        var rows: [Rows] = []
        var failure: PostgresError?
        for call in calls {
            if call.isNew {
                let parsed = try answer(patience, handle)
                if parsed.status == PGRES_COMMAND_OK {
                    _ = statements.insert(call.statement, for: call.sql.text)
                } else if parsed.status != PGRES_PIPELINE_ABORTED {
                    failure = failure ?? PostgresError(answer: parsed, statement: call.sql)
                }
            }
            let answer = try answer(patience, handle)
            switch answer.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                rows.append(Rows(answer: answer, columns: call.statement.columns(of: answer)))
            case PGRES_PIPELINE_ABORTED: break
            default:
                failure = failure ?? PostgresError(answer: answer, statement: call.sql)
            }
        }
        try arrive(patience, handle)
        guard let sync = PQgetResult(handle.connection) else { throw broken(handle) }
        PQclear(sync)
        guard handle.isAlive else { throw broken(handle) }
        guard let failure else { return rows }
        // A plan whose tables have changed: the next session parses anew.
        if ["26000", "0A000"].contains(failure.sqlState) { drop() }
        throw failure
    }

    /// The answer of one message and its end mark.
    private func answer(_ patience: Int32, _ handle: Handle) throws(PostgresError) -> Answer {
        try arrive(patience, handle)
        guard let result = PQgetResult(handle.connection) else { throw broken(handle) }
        let answer = Answer(result)
        guard handle.isAlive else { throw broken(handle) }
        try arrive(patience, handle)
        if let more = PQgetResult(handle.connection) { PQclear(more) }
        return answer
    }

    /// Waits until the next answer is there.
    private func arrive(_ patience: Int32, _ handle: Handle) throws(PostgresError) {
        while PQisBusy(handle.connection) == 1 {
            var descriptor = pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0)
            switch poll(&descriptor, 1, patience) {
            case 0:
                drop()
                throw PostgresError(.timeout, "the server was silent for \(patience) ms")
            case 1...: guard PQconsumeInput(handle.connection) == 1 else { throw broken(handle) }
            default: guard errno == EINTR else { throw broken(handle) }
            }
        }
    }
}
