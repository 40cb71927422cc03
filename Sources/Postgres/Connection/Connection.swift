internal import CPostgres
internal import Dispatch

/// One connection to the server, an actor on a thread of its own.
///
/// Statements of one connection run one after another, in the order in which they are called. Give
/// it whole units of work: a call from outside costs two thread switches, a call from a closure or
/// function that takes `isolated Connection` costs none. A connection belongs to one task at a
/// time; `Pool` sees to it. Never wait for anything but the database inside such a closure.
///
/// Cancelling the calling task cancels its statement, which then throws `.cancelled`.
package actor Connection {
    /// What the connection is in the middle of.
    enum Activity {
        case none
        /// COPY from the client, between two chunks.
        case copyingIn
        /// COPY to the client; abandoned when nobody holds the stream any more.
        case copyingOut(CopyOutToken.Reference)
        /// The pool has sent the reset and not read its answer.
        case resetting
    }

    nonisolated let executor: SerialQueueExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    package nonisolated let target: ConnectionTarget
    nonisolated let interrupter: Interrupter
    /// The server's process, as in pg_stat_activity.
    package nonisolated let serverProcess: Int32

    /// nil once closed or broken.
    var handle: Handle?
    var activity = Activity.none
    var statements = StatementCache()
    var types: [UInt32: PostgresType] = [:]
    var transactionDepth = 0
    var transactionOwner: TransactionMark?
    var subscriptions = Subscriptions()

    init(handle: Handle, target: ConnectionTarget, executor: SerialQueueExecutor) {
        self.handle = handle
        self.target = target
        self.executor = executor
        interrupter = handle.established()
        serverProcess = PQbackendPID(handle.connection)
    }

    isolated deinit {
        subscriptions.end()
    }

    package var isOpen: Bool { handle?.isAlive ?? false }

    /// Stops the statement that is running, whoever sent it; safe from any thread.
    package nonisolated func cancel() {
        interrupter.interrupt()
    }

    /// Ends the session; statements that follow throw `.closed`.
    package func close() {
        drop()
    }

    /// Forgets the PGconn: the streams of notifications end, an open transaction is rolled back.
    func drop() {
        subscriptions.end()
        handle = nil
        activity = .none
        transactionDepth = 0
        transactionOwner = nil
        statements.removeAll()
    }

    /// The PGconn, if the connection can take a statement now.
    func ready() throws(PostgresError) -> Handle {
        guard let handle else {
            throw PostgresError(.closed, "the database connection is closed")
        }
        if transactionDepth > 0, transactionOwner !== TransactionMark.current {
            throw PostgresError(
                .busy, "the connection is in another task's transaction",
                hint: "Take a connection of your own from the pool.")
        }
        try settle(handle)
        return handle
    }

    /// Ends what an earlier call left behind: a pool's reset, a COPY that nobody reads any more.
    func settle(_ handle: Handle) throws(PostgresError) {
        switch activity {
        case .none: return
        case .resetting: try finishReset(handle)
        case .copyingOut(let reader) where reader.token == nil: abandonCopyOut(handle)
        case .copyingIn, .copyingOut:
            throw PostgresError(.busy, "the connection is in the middle of a COPY")
        }
        guard self.handle != nil else {
            throw PostgresError(.connection, "the connection was lost while it was made ready")
        }
    }

    /// Turns a lost connection into an error, once.
    func broken(_ handle: Handle) -> PostgresError {
        let error = handle.lastWords ?? PostgresError(connection: handle.complaint)
        drop()
        return error
    }
}

extension Connection {
    /// Runs `body` on the connection's thread: many calls, no thread switches between them.
    package func withIsolation<Value: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        try await body(self)
    }
}
