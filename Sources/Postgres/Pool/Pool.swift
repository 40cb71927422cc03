/// A bounded set of connections that tasks take in turn.
///
/// A connection is given back with its session as new: an open transaction is rolled back, settings,
/// roles, locks, cursors and temporary tables are gone; prepared statements stay. One that lay
/// unused for a while is asked for a sign of life first. Lost ones are replaced with growing waits.
package actor Pool {
    package struct Settings: Sendable {
        /// The most connections at a time.
        package var maximum = 8
        /// So many are opened as soon as they are wanted. Beyond them whoever finds none free waits
        /// for one that comes back, for `patience`: a new session knows no plans yet and takes ten
        /// times the processor time of one that does.
        package var eager = Int.max
        /// How long somebody waits before the pool grows beyond `eager`, by one.
        package var patience = Duration.milliseconds(200)
        /// How long a task waits for a connection before it gets `.timeout`.
        package var acquireLimit = Duration.seconds(30)
        /// A connection unused for this long must answer before it is lent.
        package var checkAfter = Duration.seconds(30)
        /// How long that answer may take.
        package var checkLimit = Duration.seconds(5)

        package init() {}
    }

    private struct Idle: Sendable {
        let connection: Connection
        let since: ContinuousClock.Instant
        /// Its session is being made as new; it must be woken first.
        let isResetting: Bool
    }

    /// What a waiter is told.
    private enum Turn: Sendable {
        case use(Idle)
        case open
        case failed(PostgresError)
    }

    package nonisolated let target: ConnectionTarget
    private let settings: Settings
    private var state: PoolState<Idle, CheckedContinuation<Turn, Never>>
    private var waiterNumber: UInt64 = 0
    /// Runs while somebody waits and the pool could grow.
    private var growth: Task<Void, Never>?

    package init(_ target: ConnectionTarget, settings: Settings = Settings()) {
        self.target = target
        self.settings = settings
        state = PoolState(maximum: settings.maximum, eager: settings.eager)
    }

    /// How many connections are lent, lie idle, and how many tasks wait: for metrics.
    package var load: (busy: Int, idle: Int, waiting: Int) {
        (state.busy, state.idle.count, state.waiting)
    }

    /// Lends a connection for the time of `body`, which runs on the connection's own thread.
    ///
    /// - Throws: What `body` throws; `.timeout` if no connection was free in time; `.connection`
    ///   with the last reason if none could be opened; `.cancelled`; `.closed`.
    package func withConnection<Value: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Lends a connection for one transaction.
    package func transaction<Value: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in try await connection.transaction(body) }
    }

    /// One statement on a connection of the pool.
    package func query(_ sql: SQL) async throws -> Rows {
        try await withConnection { connection in try await connection.query(sql) }
    }

    /// Statements in one round trip and one transaction, which ends with them. They must not change
    /// the session beyond that transaction: it is not made as new afterwards.
    package func pipeline(_ statements: [SQL]) async throws -> [Rows] {
        let connection = try await acquire()
        do {
            let rows = try await connection.pipeline(statements)
            await giveBack(connection, isResetting: false)
            return rows
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Allows another number of connections.
    package func resize(_ maximum: Int) {
        for waiter in state.resize(maximum) { waiter.resume(returning: .open) }
    }

    /// Closes all connections; those that are lent when they come back. Waiters get `.closed`.
    package func close() async {
        growth?.cancel()
        let (idle, waiters) = state.close()
        for waiter in waiters { waiter.resume(returning: .failed(Self.closedError)) }
        for one in idle { await one.connection.close() }
    }

    private static var closedError: PostgresError {
        PostgresError(.closed, "the pool of database connections is closed")
    }

    // MARK: Lending

    private func acquire() async throws(PostgresError) -> Connection {
        let deadline = ContinuousClock.now + settings.acquireLimit
        var turn = try first()
        if turn == nil { turn = await wait(until: deadline) }
        while true {
            switch turn {
            case .failed(let error): throw error
            case .open, nil: return try await open(until: deadline)
            case .use(let idle):
                if await isUsable(idle) { return idle.connection }
                turn = .open
            }
        }
    }

    private func first() throws(PostgresError) -> Turn? {
        switch state.acquire() {
        case .use(let idle): return .use(idle)
        case .open: return .open
        case .wait: return nil
        case .closed: throw Self.closedError
        }
    }

    private func wait(until deadline: ContinuousClock.Instant) async -> Turn {
        waiterNumber += 1
        let number = waiterNumber
        let limit = settings.acquireLimit
        // Owned by this call: cancelled as soon as the wait is over.
        let timer = Task {
            try await Task.sleep(until: deadline)
            withdraw(
                number,
                PostgresError(
                    .timeout, "no database connection became free within \(limit)",
                    hint: "Allow more connections, or look for a task that holds one too long."))
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: .failed(Self.cancelledError))
                } else {
                    state.enqueue(continuation, id: number)
                    watchWaiters()
                }
            }
        } onCancel: {
            // No owner: it ends as soon as the actor has taken the waiter out.
            Task { await self.withdraw(number, Self.cancelledError) }
        }
    }

    /// Looks at who waits each time that patience ends, and opens a connection for one who waited
    /// all that time.
    private func watchWaiters() {
        guard growth == nil, state.canGrow else { return }
        growth = Task {
            while let first = state.firstWaiting, state.canGrow {
                do {
                    try await Task.sleep(for: settings.patience)
                } catch {
                    break
                }
                // Whoever came later has a higher number.
                if state.firstWaiting == first { state.grow()?.resume(returning: .open) }
            }
            growth = nil
        }
    }

    private static var cancelledError: PostgresError {
        PostgresError(.cancelled, "waiting for a database connection was cancelled")
    }

    private func withdraw(_ number: UInt64, _ error: PostgresError) {
        state.withdraw(number)?.resume(returning: .failed(error))
    }

    private func isUsable(_ idle: Idle) async -> Bool {
        if idle.isResetting {
            guard await idle.connection.wake() else { return false }
        }
        if ContinuousClock.now - idle.since < settings.checkAfter { return true }
        return await idle.connection.check(within: settings.checkLimit)
    }

    /// Opens a connection for a place that is already counted, with retries until the deadline.
    private func open(until deadline: ContinuousClock.Instant) async throws(PostgresError)
        -> Connection
    {
        var reconnect = Reconnect()
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                return try await Connection.connect(target)
            } catch {
                let action = reconnect.failed(isTransient: error.isTransient, using: &random)
                guard case .wait(let pause) = action, ContinuousClock.now + pause < deadline else {
                    vacate()
                    throw error
                }
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    vacate()
                    throw Self.cancelledError
                }
                reconnect.waited()
            }
        }
    }

    private func release(_ connection: Connection) async {
        guard await connection.startReset() else {
            await connection.close()
            return vacate()
        }
        await giveBack(connection, isResetting: true)
    }

    private func giveBack(_ connection: Connection, isResetting: Bool) async {
        let idle = Idle(connection: connection, since: .now, isResetting: isResetting)
        switch state.release(idle) {
        case .keep: break
        case .hand(let waiter, let idle): waiter.resume(returning: .use(idle))
        case .discard(let idle): await idle.connection.close()
        }
    }

    private func vacate() {
        state.vacate()?.resume(returning: .open)
    }
}
