internal import CPostgres
internal import Dispatch

/// What is still to come of a statement that was sent by `sendHere`. It goes with its connection,
/// from one thread to the next.
final class DirectReply: @unchecked Sendable {
    enum Step {
        case parsed(StatementCache.Prepared, SQL)
        case rows(StatementCache.Prepared, SQL)
        /// The end mark of either.
        case end
        case sync
    }

    var steps: [Step] = []
    /// Whether it tells the session something that holds when it succeeds.
    var hasSetup = false
    /// Whether a statement is parsed with it.
    var hasParsed = false
    /// How long it is expected to take, ms.
    var expected = 0.0
    var next = 0
    var rows: Rows?
    var failure: PostgresError?

    init() {
        // One statement with what its session is told before it.
        steps.reserveCapacity(5)
    }
}

/// How far a reply has come.
enum DirectProgress {
    case waiting
    case rows(Rows)
    /// `.server`: the statement failed. Anything else: the session is lost.
    case failed(PostgresError)
}

extension Connection {
    /// Sends statements on the calling thread, in one message, and returns at once; `receiveHere`
    /// reads what comes back. For statements whose bound values are all texts; new ones are parsed
    /// in the same round trip.
    ///
    /// A connection that was used so is used only so. The caller must be the only one that uses
    /// it; `DirectPool` sees to it.
    ///
    /// - Returns: nil if the connection is of no use; it is closed then.
    nonisolated func sendHere(_ statements: [SQL]) -> DirectReply? {
        // The queue runs the block on the calling thread when nothing else is on it.
        executor.queue.sync {
            self.assumeIsolated { connection in connection.send(statements) }
        }
    }

    /// Takes what has arrived, on the calling thread, without waiting for more.
    nonisolated func receiveHere(_ reply: DirectReply) -> DirectProgress {
        executor.queue.sync {
            self.assumeIsolated { connection in connection.receive(reply) }
        }
    }

    /// Takes what nobody has asked for: the end of the session, a notice.
    ///
    /// - Returns: Whether the session stands.
    nonisolated func lookHere() -> Bool {
        executor.queue.sync {
            self.assumeIsolated { connection in
                guard let handle = connection.handle else { return false }
                return PQconsumeInput(handle.connection) == 1 && handle.isAlive
            }
        }
    }

    /// Closes the session, whatever it is at.
    nonisolated func dropHere() {
        executor.queue.sync { self.assumeIsolated { connection in connection.drop() } }
    }

    /// Whether the session stands and has room for more statements.
    nonisolated var isOfUseHere: Bool {
        executor.queue.sync {
            self.assumeIsolated { connection in
                connection.isOpen && !connection.statements.isFull
            }
        }
    }

    nonisolated var socketHere: Int32 {
        executor.queue.sync {
            self.assumeIsolated { connection in connection.handle?.socket ?? -1 }
        }
    }

    private func send(_ sqls: [SQL]) -> DirectReply? {
        guard let handle else { return nil }
        do throws(PostgresError) {
            if PQpipelineStatus(handle.connection) == PQ_PIPELINE_OFF {
                guard PQsetnonblocking(handle.connection, 1) == 0,
                    PQenterPipelineMode(handle.connection) == 1
                else { throw broken(handle) }
            }
            let reply = DirectReply()
            for sql in sqls { try send(sql, reply, handle) }
            // What does not fit a socket's buffer is not for a thread that must not wait.
            guard PQpipelineSync(handle.connection) == 1, PQflush(handle.connection) == 0
            else { throw broken(handle) }
            reply.steps.append(.sync)
            return reply
        } catch {
            drop()
            return nil
        }
    }

    private func send(
        _ sql: SQL, _ reply: DirectReply, _ handle: Handle
    ) throws(PostgresError) {
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
            reply.hasParsed = true
            reply.steps.append(.parsed(statement, sql))
            reply.steps.append(.end)
        }
        let sent = parameters.withPointers { values, lengths, forms in
            PQsendQueryPrepared(
                handle.connection, statement.name, parameters.count, values, lengths, forms, 1)
        }
        guard sent == 1 else { throw broken(handle) }
        reply.steps.append(.rows(statement, sql))
        reply.steps.append(.end)
    }

    private func receive(_ reply: DirectReply) -> DirectProgress {
        guard let handle else {
            return .failed(PostgresError(.closed, "the database connection is closed"))
        }
        // Answers that came with those before are there already.
        if PQisBusy(handle.connection) == 1, PQconsumeInput(handle.connection) != 1 {
            return .failed(broken(handle))
        }
        while reply.next < reply.steps.count {
            guard PQisBusy(handle.connection) == 0 else { return .waiting }
            let result = PQgetResult(handle.connection)
            guard handle.isAlive else {
                PQclear(result)
                return .failed(broken(handle))
            }
            take(result, reply.steps[reply.next], reply)
            reply.next += 1
        }
        if let failure = reply.failure {
            // A plan whose tables have changed: the next session parses anew.
            if ["26000", "0A000"].contains(failure.sqlState) { drop() }
            return .failed(failure)
        }
        guard let rows = reply.rows else {
            drop()
            return .failed(PostgresError(.connection, "the server's answer was out of order"))
        }
        return .rows(rows)
    }

    private func take(
        _ result: OpaquePointer?, _ step: DirectReply.Step, _ reply: DirectReply
    ) {
        guard let result else { return }
        let answer = Answer(result)
        switch (step, answer.status) {
        case (.parsed(let statement, let sql), PGRES_COMMAND_OK):
            _ = statements.insert(statement, for: sql.text)
        case (.rows(let statement, _), PGRES_TUPLES_OK),
            (.rows(let statement, _), PGRES_COMMAND_OK):
            reply.rows = Rows(answer: answer, columns: statement.columns(of: answer))
        case (.parsed(_, let sql), let status), (.rows(_, let sql), let status):
            if status != PGRES_PIPELINE_ABORTED {
                reply.failure = reply.failure ?? PostgresError(answer: answer, statement: sql)
            }
        case (.end, _), (.sync, _): break
        }
    }
}
