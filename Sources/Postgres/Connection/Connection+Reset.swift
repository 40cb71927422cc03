internal import CPostgres

extension Connection {
    /// Everything that a session can leave behind, except prepared statements: those are ours.
    private static let resetScript = """
        reset session authorization; reset role; reset all; close all; unlisten *;
        select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences
        """

    /// Sends the reset and does not wait: the server works while the connection lies in the pool.
    ///
    /// - Returns: false if the connection is of no more use.
    func startReset() -> Bool {
        guard let handle, handle.isAlive, transactionDepth == 0 else { return false }
        subscriptions.end()
        do {
            try settle(handle)
            guard handle.transaction == PQTRANS_IDLE else {
                // Somebody sent BEGIN as a statement and left it open.
                try runScript("rollback", handle)
                return startReset()
            }
        } catch {
            return false
        }
        // Behind a pooler the session is not ours.
        if target.isPooled { return true }
        guard PQsendQuery(handle.connection, Self.resetScript) == 1 else { return false }
        activity = .resetting
        return true
    }

    /// Reads the answers to the reset.
    func finishReset(_ handle: Handle) throws(PostgresError) {
        activity = .none
        var failure: PostgresError?
        while let result = PQgetResult(handle.connection) {
            let answer = Answer(result)
            if answer.status != PGRES_COMMAND_OK, answer.status != PGRES_TUPLES_OK {
                failure = failure ?? PostgresError(answer: answer, statement: "reset")
            }
        }
        guard handle.isAlive else { throw broken(handle) }
        if let failure {
            drop()
            throw failure
        }
    }

    /// Whether the server still answers; closes the connection if it does not.
    func check(within limit: Duration) async -> Bool {
        do {
            _ = try await query("select 1", within: limit)
            return true
        } catch {
            drop()
            return false
        }
    }

    /// Reads the answer to the reset, if one is outstanding; false if the connection is lost.
    func wake() -> Bool {
        do {
            _ = try ready()
            return true
        } catch {
            drop()
            return false
        }
    }
}
