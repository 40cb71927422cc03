import Postgres
import Store

/// The queue's state for open pages: read when the database says that it changed, once for all pages
/// of a tenant, and sent when it is another one for that tenant.
package actor JobBoard {
    package struct Subscription: Sendable {
        let id: UInt64
        /// Server-sent events, ready to be written.
        package let texts: AsyncStream<String>
    }

    private struct Subscriber {
        let tenant: Int32
        let sink: AsyncStream<String>.Continuation
    }

    private struct Board {
        let text: String
        /// What it says beside the time that passes.
        let state: String
    }

    /// The database speaks once a second: what changes in the rest of it is seen by one more look.
    private static let silence = Duration.milliseconds(1100)
    /// At most one part in so many of a connection's time is spent on looking.
    private static let share = 20

    private let pool: Pool
    private let complain: @Sendable (String) -> Void
    private let (wakes, waker) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private var subscribers: [UInt64: Subscriber] = [:]
    private var states: [Int32: String] = [:]
    private var next: UInt64 = 0
    private var isClosed = false

    /// - Parameter complain: Told what could not be done; it is tried again.
    init(_ pool: Pool, complain: @escaping @Sendable (String) -> Void) {
        self.pool = pool
        self.complain = complain
    }

    var count: Int { subscribers.count }

    /// Says that the queue changed.
    nonisolated func wake() { waker.yield() }

    /// Looks when woken and keeps streams alive until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.wakes {
                    let took = await self.look()
                    do {
                        try await Task.sleep(for: max(Self.silence, took * Self.share))
                    } catch { return }
                    await self.look()
                }
            }
            group.addTask { await self.keepAlive() }
        }
    }

    func subscribe(tenant: Int32) async throws -> Subscription {
        guard !isClosed else { throw Problem(503, "stopping", "The gateway is stopping") }
        try await watch()
        let board = try await board(tenant)
        // A page that is behind needs the newest state alone.
        let (texts, sink) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingNewest(1))
        sink.yield(Self.event(board))
        next += 1
        subscribers[next] = Subscriber(tenant: tenant, sink: sink)
        if states[tenant] == nil { states[tenant] = board.state }
        // What changed between the look and the subscription.
        wake()
        return Subscription(id: next, texts: texts)
    }

    func end(_ subscription: Subscription) {
        guard let gone = subscribers.removeValue(forKey: subscription.id) else { return }
        gone.sink.finish()
        if !subscribers.values.contains(where: { $0.tenant == gone.tenant }) {
            states.removeValue(forKey: gone.tenant)
        }
    }

    /// Ends all streams; new ones are refused.
    func close() {
        isClosed = true
        for subscriber in subscribers.values { subscriber.sink.finish() }
    }

    // MARK: Looking

    /// Sends the state to the tenants for whom it is another one, or to all; returns how long that took.
    @discardableResult
    private func look(sendsAll: Bool = false) async -> Duration {
        let began = ContinuousClock.now
        for tenant in Set(subscribers.values.map(\.tenant)) where !isClosed {
            do {
                let board = try await board(tenant)
                guard sendsAll || states[tenant] != board.state else { continue }
                states[tenant] = board.state
                for subscriber in subscribers.values where subscriber.tenant == tenant {
                    subscriber.sink.yield(Self.event(board))
                }
            } catch {
                // The next change or the next sign of life tries again.
                report("the queue's state could not be read: \(error)")
            }
        }
        return began.duration(to: .now)
    }

    private static func event(_ board: Board) -> String { "event: jobs\ndata: \(board.text)\n\n" }

    private func board(_ tenant: Int32) async throws -> Board {
        try await pool.withConnection { connection in
            let row = try await connection.pipeline([
                "begin read only",
                "select set_config('bellwether.tenant', \(bind: String(tenant)), true)",
                """
                select b.board::text as text, md5(
                    (b.board - 'summary')::text || (
                        select coalesce(jsonb_agg(s - 'oldest_ready_seconds'), '[]')::text
                        from jsonb_array_elements(b.board -> 'summary') as s
                    )
                ) as state
                from api.job_board() as b (board)
                """, "commit",
            ])[2].first
            guard let row else { throw Problem(500, "internal_error", "No state of the queue") }
            return Board(text: try row.get("text"), state: try row.get("state"))
        }
    }

    // MARK: Signs of life

    /// Every 15 seconds: tells the database that somebody looks, finds clients that are gone, shows how
    /// long the oldest waits by now, and what a long transaction had begun in a second that was
    /// announced already.
    private func keepAlive() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(15)) } catch { return }
            guard !subscribers.isEmpty else { continue }
            do {
                try await watch()
            } catch {
                report("the database was not told that a page shows the queue: \(error)")
            }
            await look(sendsAll: true)
        }
    }

    private func watch() async throws {
        try await pool.withConnection { connection in
            try await Door.watchJobs(on: connection)
        }
    }

    /// What fails because the gateway stops is no complaint.
    private func report(_ complaint: String) {
        if !Task.isCancelled, !isClosed { complain(complaint) }
    }
}
