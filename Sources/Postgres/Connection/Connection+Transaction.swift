internal import CPostgres

/// Tells the tasks inside a transaction from all others.
final class TransactionMark: Sendable {
    @TaskLocal static var current: TransactionMark?
}

extension Connection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// Inside another transaction of the same task it is a savepoint. Cancelling the task stops
    /// the statements of `body`; COMMIT and ROLLBACK are always finished. Other tasks that use the
    /// connection meanwhile get `.busy`.
    ///
    /// - Throws: What `body` throws; `.commitUnknown` if the connection broke during COMMIT;
    ///   `.server` if the server made a rollback of it because `body` swallowed an error.
    package func transaction<Value: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        let depth = transactionDepth
        let savepoint = "bw\(depth)"
        let handle = try ready()
        try runScript(depth == 0 ? "begin" : "savepoint \(savepoint)", handle)
        let mark = TransactionMark.current ?? TransactionMark()
        transactionDepth = depth + 1
        transactionOwner = mark
        do {
            let value = try await TransactionMark.$current.withValue(mark) {
                try await body(self)
            }
            try end(depth, savepoint)
            return value
        } catch {
            rollBack(to: depth, savepoint: savepoint)
            throw error
        }
    }

    /// Commits, or releases the savepoint.
    private func end(_ depth: Int, _ savepoint: String) throws(PostgresError) {
        guard let handle, transactionDepth == depth + 1 else {
            throw PostgresError(.connection, "the connection was lost during a transaction")
        }
        try settle(handle)
        if depth == 0 {
            try commit(handle)
        } else {
            try runScript("release savepoint \(savepoint)", handle)
        }
        leaveTransaction(depth)
    }

    private func leaveTransaction(_ depth: Int) {
        transactionDepth = depth
        if depth == 0 { transactionOwner = nil }
    }

    private func commit(_ handle: Handle) throws(PostgresError) {
        let answer: Answer
        do {
            answer = try checked(PQexec(handle.connection, "commit"), "commit", handle)
        } catch  where error.code == .connection {
            var unknown = error
            unknown.code = .commitUnknown
            unknown.hint = "Look whether the rows are there before doing it again."
            throw unknown
        }
        if answer.command == "ROLLBACK" {
            throw PostgresError(
                .server, "the transaction was rolled back as a statement in it had failed",
                sqlState: "25P02", hint: "Let the statement's error leave the transaction's body.")
        }
    }

    /// If even the rollback fails the session cannot be trusted any more.
    private func rollBack(to depth: Int, savepoint: String) {
        guard let handle, transactionDepth > depth else { return }
        if case .copyingIn = activity { _ = PQputCopyEnd(handle.connection, "rolled back") }
        if case .copyingOut = activity { abandonCopyOut(handle) }
        activity = .none
        handle.drain()
        defer { leaveTransaction(depth) }
        if depth == 0, handle.transaction == PQTRANS_IDLE { return }
        let script =
            depth == 0
            ? "rollback" : "rollback to savepoint \(savepoint); release savepoint \(savepoint)"
        do {
            try runScript(script, handle)
        } catch {
            drop()
        }
    }
}
