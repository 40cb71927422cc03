internal import Synchronization

/// A few connections for one thread that must not wait, as a loop over sockets: a statement is sent
/// at once, and its rows are taken when the connection's descriptor can be read.
///
/// Short statements share a session, and others do when all are at work: they are sent behind each
/// other, each in a transaction of its own, and the session's process goes from one to the next
/// without being put to sleep and woken.
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
        /// Lent, and at work on statements of which is known how long they take.
        var shared: [DirectSession] = []
        /// Lent, idle and being opened.
        var count = 0
        var opened: UInt64 = 0
        var isClosed = false
    }

    /// Statements that take no longer share a session while another one is idle, ms. A thread's work
    /// for a short statement is about that of the session's process: a second process at work would
    /// only take turns with the first one.
    private static let short = 0.5
    /// How long a short statement is made to wait for others while a session is idle, ms.
    private static let shortWait = 1.0
    /// How long any may be made to wait while none is idle, ms.
    private static let longestWait = 10.0
    /// A session that has not answered for so long is waited for by nobody else.
    private static let silence = Duration.seconds(1)

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
    /// - Parameter milliseconds: How long it is expected to take: then it may share a session with
    ///   others of which that is known. nil: that is not known, or it is long.
    /// - Returns: Where its rows arrive: to be asked by `advance` until they are there, once for
    ///   each statement that was begun there, in their order. nil if no connection is free, or the
    ///   one that was has been lost.
    package func begin(
        _ sql: SQL, after setup: Setup? = nil, expected milliseconds: Double? = nil
    ) -> DirectSession? {
        if let milliseconds, let session = share(setup?.key, milliseconds) {
            // If it cannot be sent, those that wait there are told with the next `advance`.
            guard let reply = session.connection.sendHere([sql]) else { return nil }
            reply.expected = milliseconds
            session.replies.append(reply)
            return session
        }
        guard let session = borrow(setup?.key) else { return nil }
        let needsSetup = setup.map { $0.key != session.key } ?? false
        let statements = needsSetup ? [setup?.statement, sql].compactMap { $0 } : [sql]
        guard let reply = session.connection.sendHere(statements) else {
            abandon(session)
            return nil
        }
        reply.hasSetup = needsSetup
        reply.expected = milliseconds ?? 0
        session.replies = [reply]
        session.firstSince = .now
        session.key = setup?.key ?? session.key
        if milliseconds != nil { state.withLock { $0.shared.append(session) } }
        return session
    }

    /// A session at work to which the same was told, and holds whatever becomes of what runs there.
    private func share(_ key: Int64?, _ milliseconds: Double) -> DirectSession? {
        state.withLock { state in
            var best: (session: DirectSession, wait: Double)?
            for one in state.shared {
                guard one.key == key, !one.isWorn, one.replies.allSatisfy({ !$0.hasSetup }),
                    ContinuousClock.now - one.firstSince < Self.silence
                else { continue }
                let wait = one.replies.reduce(0) { $0 + $1.expected }
                if milliseconds < Self.short, wait < Self.shortWait { return one }
                if wait < best?.wait ?? Self.longestWait { best = (one, wait) }
            }
            return state.idle.isEmpty ? best?.session : nil
        }
    }

    /// Takes what has arrived for the first statement that is under way there; after anything but
    /// `.waiting` that statement is over.
    package func advance(_ session: DirectSession) -> Progress {
        guard !session.isGone, let reply = session.replies.first else { return .lost }
        switch session.connection.receiveHere(reply) {
        case .waiting: return .waiting
        case .rows(let rows):
            finish(session, reply)
            return .rows(rows)
        case .failed(let error) where error.code == .server:
            // What was set in a transaction that failed is not set.
            if reply.hasSetup { session.key = nil }
            finish(session, reply)
            return .failed(error)
        case .failed:
            abandon(session)
            return .lost
        }
    }

    /// Closes a session whose server has been silent for too long; what is under way is lost.
    package func abandon(_ session: DirectSession) {
        guard !session.isGone else { return }
        session.isGone = true
        session.connection.dropHere()
        state.withLock { state in
            state.shared.removeAll { $0 === session }
            // Another connection is opened in its place.
            state.count -= 1
        }
        wish.yield()
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

    /// The first statement is over; with the last one the session is free.
    private func finish(_ session: DirectSession, _ reply: DirectReply) {
        let now = ContinuousClock.now
        session.milliseconds = (now - session.firstSince) / .milliseconds(1)
        session.firstSince = now
        if reply.hasParsed || reply.failure != nil {
            session.isWorn = !session.connection.isOfUseHere
        }
        session.replies.removeFirst()
        guard session.replies.isEmpty else { return }
        let isKept = state.withLock { state in
            state.shared.removeAll { $0 === session }
            guard !session.isWorn, !state.isClosed else { return false }
            state.idle.append(session)
            return true
        }
        if !isKept { abandon(session) }
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
    /// What is under way, in the order in which it was sent.
    var replies: [DirectReply] = []
    /// When the server began with the first of them.
    var firstSince = ContinuousClock.now
    /// How long it was at the last one that ended.
    package fileprivate(set) var milliseconds = 0.0
    /// It is full of statements, or closed: nothing more is begun there.
    fileprivate var isWorn = false
    /// It was closed, and is not to be used.
    var isGone = false

    init(_ id: UInt64, _ connection: Connection) {
        self.id = id
        self.connection = connection
        descriptor = connection.socketHere
    }
}
