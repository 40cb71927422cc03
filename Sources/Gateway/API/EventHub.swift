import FoundationEssentials
import Postgres
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Live events for any number of open pages, by one LISTEN connection.
package actor EventHub {
    package struct Subscription: Sendable {
        let id: UInt64
        /// Server-sent events, ready to be written.
        package let texts: AsyncStream<String>
    }

    private struct Subscriber {
        let tenant: Int32
        let cycle: Int64?
        let sink: AsyncStream<String>.Continuation
        /// The last event that was sent, and those before it that may still become visible.
        var last: Int64
        var seen: Set<Int64> = []
    }

    /// Ids are given before the commit: an event may become visible after a later one. So many ids
    /// back are looked at again.
    private static let window: Int64 = 500
    /// Events that wait for a slow page before it is sent away (it comes back with Last-Event-ID).
    private static let backlog = 1000

    private let pool: Pool
    private let id = UUID()
    private var subscribers: [UInt64: Subscriber] = [:]
    private var next: UInt64 = 0
    private var isClosed = false
    private var isDelivering = false
    private var isDeliveryWanted = false

    init(_ pool: Pool) {
        self.pool = pool
    }

    var count: Int { subscribers.count }

    /// Listens and keeps streams alive until cancelled.
    func run() async {
        let pool = pool
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await NotificationListener(pool.target, channel: "desk_events").run { event in
                    switch event {
                    // What was missed while the connection was lost is looked for.
                    case .connected, .notified: Task { await self.deliver() }
                    case .disconnected, .gaveUp: break
                    }
                }
            }
            group.addTask { await self.keepAlive() }
        }
    }

    /// - Parameter after: The last event that the client has; nil: only new ones.
    func subscribe(tenant: Int32, cycle: Int64?, after: Int64?) async throws -> Subscription {
        guard !isClosed else { throw Problem(503, "stopping", "The gateway is stopping") }
        let newest = try await newest(tenant)
        let (texts, sink) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        next += 1
        // A stream of one cycle begins at its beginning.
        let last = after ?? (cycle == nil ? newest : 0)
        subscribers[next] = Subscriber(tenant: tenant, cycle: cycle, sink: sink, last: last)
        if subscribers.count == 1 { await announce() }
        let id = next
        await deliver()
        return Subscription(id: id, texts: texts)
    }

    func end(_ subscription: Subscription) async {
        subscribers.removeValue(forKey: subscription.id)?.sink.finish()
        if subscribers.isEmpty {
            _ = try? await pool.query("select gateway.unlisten(\(bind: id))")
        }
    }

    func close() {
        isClosed = true
        for subscriber in subscribers.values { subscriber.sink.finish() }
    }

    // MARK: Delivery

    /// One delivery at a time; whoever asks meanwhile gets another one after it.
    private func deliver() async {
        isDeliveryWanted = true
        guard !isDelivering else { return }
        isDelivering = true
        while isDeliveryWanted {
            isDeliveryWanted = false
            for tenant in Set(subscribers.values.map(\.tenant)) { await deliver(to: tenant) }
        }
        isDelivering = false
    }

    private func deliver(to tenant: Int32) async {
        let cycles = subscribers.values.filter { $0.tenant == tenant }
        guard let first = cycles.map(\.last).min() else { return }
        let rows: Rows
        do {
            rows = try await events(tenant, after: first - Self.window)
        } catch {
            // The next notification or the next sign of life tries again.
            return
        }
        for row in rows {
            guard let id = try? row.get("event_id", as: Int64.self),
                let text = try? row.get("text", as: String.self),
                let cycle = try? row.get("cycle_id", as: Int64?.self)
            else { continue }
            send(id, cycle, text, to: tenant)
        }
    }

    private func send(_ event: Int64, _ cycle: Int64?, _ text: String, to tenant: Int32) {
        for (key, var subscriber) in subscribers where subscriber.tenant == tenant {
            if let wanted = subscriber.cycle, wanted != cycle { continue }
            if subscriber.seen.contains(event) || event <= subscriber.last - Self.window {
                continue
            }
            // What was there before the page opened is no news, unless it asked for it.
            if event <= subscriber.last, subscriber.seen.isEmpty { continue }
            subscriber.seen.insert(event)
            subscriber.last = max(subscriber.last, event)
            if subscriber.seen.count > 2 * Int(Self.window) {
                let oldest = subscriber.last - Self.window
                subscriber.seen = subscriber.seen.filter { $0 > oldest }
            }
            let sent = subscriber.sink.yield("id: \(event)\nevent: desk\ndata: \(text)\n\n")
            if case .dropped = sent { subscriber.sink.finish() }
            subscribers[key] = subscriber
        }
    }

    private func events(_ tenant: Int32, after: Int64) async throws -> Rows {
        try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                "begin",
                "select set_config('bellwether.tenant', \(bind: String(tenant)), true)",
                """
                select e.event_id, e.cycle_id, row_to_json(e)::text as text from api.events as e
                where e.event_id > \(bind: after) order by e.event_id limit 5000
                """, "commit",
            ])
            return answers[2]
        }
    }

    private func newest(_ tenant: Int32) async throws -> Int64 {
        try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                "begin",
                "select set_config('bellwether.tenant', \(bind: String(tenant)), true)",
                "select coalesce(max(event_id), 0) from api.events", "commit",
            ])
            return try answers[2].value()
        }
    }

    // MARK: Signs of life

    /// Every 15 seconds: tells the database that pages are open, and finds clients that are gone.
    private func keepAlive() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(15)) } catch { return }
            guard !subscribers.isEmpty else { continue }
            await announce()
            for subscriber in subscribers.values { subscriber.sink.yield(": here\n\n") }
            await deliver()
        }
    }

    private func announce() async {
        let host = ProcessInfo.processInfo.hostName
        // Without it events come with the next sign of life instead of at once.
        _ = try? await pool.query("select gateway.listen(\(bind: id), \(bind: host))")
    }
}
