internal import Synchronization

/// A few connections for one thread that must not wait, as a loop over sockets: a statement is sent
/// at once, and its rows are taken when the connection's descriptor can be read.
///
/// Whoever finds no connection free takes the way over `Pool`. Statements must not change the session
/// beyond their transaction, except by their `Setup`, and the target must be a session of one's own
/// (no pooler between).
package final class DirectPool: Sendable {
    /// What a session must have been told before a statement. Those told the same last are taken
    /// first, so that it is rarely said.
    package struct Setup: Sendable {
        let key: Int64
        let statement: SQL

        /// - Parameter key: Equal for equal statements, and for no others.
        package init(key: Int64, _ statement: SQL) {
            self.key = key
            self.statement = statement
        }
    }

    /// How far the answer to a statement has come.
    package enum Progress: Sendable {
        case waiting
        case rows(Rows)
        /// The statement failed, and the session goes on.
        case failed(PostgresError)
        /// The session is lost; the statement may have happened.
        case lost
    }

    private struct State {
        var idle: [DirectSession] = []
        /// Lent, idle and being opened.
        var count = 0
        var opened: UInt64 = 0
        var isClosed = false
    }

    private let target: ConnectionTarget
    private let maximum: Int
    private let state = Mutex(State())
    /// Tells `run` that a connection is missing.
    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation

    /// - Parameter limit: The longest a statement may take, by the server's clock.
    package init(_ target: ConnectionTarget, maximum: Int, limit: Duration) {
        let milliseconds = Int(limit / .milliseconds(1))
        self.target = target.with("options", "-c statement_timeout=\(milliseconds)")
        self.maximum = maximum
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        wish.yield()
    }

    /// Keeps the connections open until cancelled, then closes those that are not in use.
    package func run() async {
        var reconnect = Reconnect()
        var random = SystemRandomNumberGenerator()
        for await _ in wishes {
            while takePlace() {
                do {
                    keep(try await Connection.connect(target))
                    reconnect.succeeded()
                } catch {
                    state.withLock { $0.count -= 1 }
                    let action = reconnect.failed(isTransient: true, using: &random)
                    guard case .wait(let pause) = action else { break }
                    do { try await Task.sleep(for: pause) } catch { break }
                    reconnect.waited()
                }
            }
        }
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.isClosed = true
            return state.idle
        }
        for one in idle { await one.connection.close() }
    }

    /// Sends a statement in a transaction of its own. Bound values must be texts.
    ///
    /// - Returns: Where its rows arrive: to be asked by `advance` until they are there. nil if no
    ///   connection is free, or the one that was has been lost.
    package func begin(_ sql: SQL, after setup: Setup? = nil) -> DirectSession? {
        guard let session = borrow(setup?.key) else { return nil }
        var statements = [sql]
        if let setup, setup.key != session.key { statements.insert(setup.statement, at: 0) }
        guard let reply = session.connection.sendHere(statements) else {
            discard()
            return nil
        }
        session.reply = reply
        session.key = setup?.key ?? session.key
        return session
    }

    /// Takes what has arrived; after anything but `.waiting` the session is no longer the caller's.
    package func advance(_ session: DirectSession) -> Progress {
        let (reply, progress) = session.connection.receiveHere(session.reply)
        session.reply = reply
        switch progress {
        case .waiting: return .waiting
        case .rows(let rows):
            giveBack(session)
            return .rows(rows)
        case .failed(let error):
            // What was set in a transaction that failed is not set.
            session.key = nil
            giveBack(session)
            return error.code == .server ? .failed(error) : .lost
        }
    }

    /// Closes a session whose server has been silent for too long.
    package func abandon(_ session: DirectSession) {
        session.connection.dropHere()
        discard()
    }

    /// Looks at a session that can be read though nobody asked it: its server may have ended it.
    package func look(_ id: UInt64) {
        let session = state.withLock { state in
            state.idle.firstIndex { $0.id == id }.map { state.idle.remove(at: $0) }
        }
        guard let session else { return }
        if session.connection.lookHere() {
            state.withLock { $0.idle.append(session) }
        } else {
            abandon(session)
        }
    }

    private func borrow(_ key: Int64?) -> DirectSession? {
        state.withLock { state in
            if let key, let place = state.idle.lastIndex(where: { $0.key == key }) {
                return state.idle.remove(at: place)
            }
            return state.idle.popLast()
        }
    }

    private func takePlace() -> Bool {
        state.withLock { state in
            guard !Task.isCancelled, state.count < maximum else { return false }
            state.count += 1
            return true
        }
    }

    private func keep(_ connection: Connection) {
        state.withLock { state in
            state.opened += 1
            state.idle.append(DirectSession(state.opened, connection))
        }
    }

    private func giveBack(_ session: DirectSession) {
        let isOfUse = session.connection.isOfUseHere
        let isKept = state.withLock { state in
            guard isOfUse, !state.isClosed else { return false }
            state.idle.append(session)
            return true
        }
        if !isKept { abandon(session) }
    }

    /// Another connection is opened in the place of one that is lost.
    private func discard() {
        state.withLock { $0.count -= 1 }
        wish.yield()
    }
}

/// A session of a `DirectPool`.
///
/// It is in the pool or with one thread, which alone reads and writes it.
package final class DirectSession: @unchecked Sendable {
    /// No two sessions of a pool have the same.
    package let id: UInt64
    /// Can be read when there is something to take.
    package let descriptor: Int32
    /// For the thread's loop: whether it looks at the descriptor.
    package var isWatched = false

    let connection: Connection
    /// The setup that holds there.
    var key: Int64?
    var reply = DirectReply()

    init(_ id: UInt64, _ connection: Connection) {
        self.id = id
        self.connection = connection
        descriptor = connection.socketHere
    }
}
