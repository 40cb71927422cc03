internal import Synchronization

/// A few connections for threads that may wait a moment, as those of a server's sockets: a call
/// runs on the thread that makes it.
///
/// Whoever finds none free, or whose call cannot be answered at once, is told so and takes the way
/// over `Pool`. Statements must not change the session beyond their transaction, except by their
/// `Setup`, and the target must be a session of one's own (no pooler between).
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

    private struct Idle {
        let connection: Connection
        /// The setup that holds there.
        let key: Int64?
    }

    private struct State {
        var idle: [Idle] = []
        /// Lent, idle and being opened.
        var count = 0
        var isClosed = false
    }

    private let target: ConnectionTarget
    private let maximum: Int
    private let patience: Int32
    private let state = Mutex(State())
    /// Tells `run` that a connection is missing.
    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - limit: The longest a statement may take, by the server's clock.
    ///   - patience: How long the server may be silent.
    package init(
        _ target: ConnectionTarget, maximum: Int, limit: Duration,
        patience: Duration = .seconds(1)
    ) {
        let milliseconds = Int(limit / .milliseconds(1))
        self.target = target.with("options", "-c statement_timeout=\(milliseconds)")
        self.maximum = maximum
        self.patience = Int32(clamping: Int(patience / .milliseconds(1)))
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        wish.yield()
    }

    /// Keeps the connections open until cancelled, then closes them.
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

    /// One statement in one round trip and one transaction, on the calling thread. Bound values must
    /// be texts.
    ///
    /// - Returns: nil if no connection is free, or the one that was has been lost.
    /// - Throws: `.server`; 57014 when the statement took longer than the limit.
    package func query(_ sql: SQL, after setup: Setup? = nil) throws(PostgresError) -> Rows? {
        guard let idle = borrow(setup?.key) else { return nil }
        var statements = [sql]
        if let setup, setup.key != idle.key { statements.insert(setup.statement, at: 0) }
        let (result, isOfUse) = idle.connection.pipelineHere(statements, patience: patience)
        switch result {
        case .success(let rows):
            giveBack(Idle(connection: idle.connection, key: setup?.key ?? idle.key), isOfUse)
            return rows.last
        case .failure(let error):
            // What was set in a transaction that failed is not set.
            giveBack(Idle(connection: idle.connection, key: nil), isOfUse)
            if error.code == .server { throw error }
            return nil
        }
    }

    private func borrow(_ key: Int64?) -> Idle? {
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
        state.withLock { $0.idle.append(Idle(connection: connection, key: nil)) }
    }

    private func giveBack(_ idle: Idle, _ isOfUse: Bool) {
        let isKept = state.withLock { state in
            guard !state.isClosed, isOfUse else {
                state.count -= 1
                return false
            }
            state.idle.append(idle)
            return true
        }
        // One that is not kept closes with its last reference, which is ours.
        if !isKept { wish.yield() }
    }
}
