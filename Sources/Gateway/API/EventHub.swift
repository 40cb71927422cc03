import FoundationEssentials
import Postgres
import Store

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
        var seen: Set<Int64>
    }

    /// Ids are given before the commit: an event may become visible after a later one. So many ids
    /// back are looked at again.
    private static let window: Int64 = 500
    /// Events that wait for a slow page before it is sent away (it comes back with Last-Event-ID).
    private static let backlog = 2000

    private let pool: Pool
    private let complain: @Sendable (String) -> Void
    private let id = UUID()
    private var subscribers: [UInt64: Subscriber] = [:]
    private var next: UInt64 = 0
    private var isClosed = false
    private var isDelivering = false
    private var isDeliveryWanted = false

    /// - Parameter complain: Told what could not be done; it is tried again.
    init(_ pool: Pool, complain: @escaping @Sendable (String) -> Void) {
        self.pool = pool
        self.complain = complain
    }

    var count: Int { subscribers.count }

    /// Listens and keeps streams alive until cancelled.
    ///
    /// - Parameter jobsChanged: Told when the queue changed: there is one listening connection.
    func run(jobsChanged: @escaping @Sendable () -> Void) async {
        let target = pool.target
        let complain = complain
        // Many notifications at once are one look.
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await NotificationListener(target, channel: "desk_events").run { event in
                    switch event {
                    case .notified(let news) where news.payload == "jobs": jobsChanged()
                    case .notified: wake.yield()
                    // What was missed while the connection was lost is looked for.
                    case .connected:
                        wake.yield()
                        jobsChanged()
                    case .disconnected(let error) where !Task.isCancelled:
                        complain("events are not heard for now: \(error)")
                    case .gaveUp(let error) where !Task.isCancelled:
                        complain("events are not heard: \(error)")
                    case .disconnected, .gaveUp: break
                    }
                }
            }
            group.addTask { for await _ in wakes { await self.deliver() } }
            group.addTask { await self.keepAlive() }
        }
    }

    /// - Parameter after: The last event that the client has; nil: only new ones, or all of one cycle.
    func subscribe(tenant: Int32, cycle: Int64?, after: Int64?) async throws -> Subscription {
        guard !isClosed else { throw Problem(503, "stopping", "The gateway is stopping") }
        await announce()
        let (recent, replay) = try await start(tenant, cycle, after)
        let (texts, sink) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        for row in replay { sink.yield(try Self.text(row)) }
        next += 1
        subscribers[next] = Subscriber(
            tenant: tenant, cycle: cycle, sink: sink, last: recent.max() ?? 0,
            seen: Set(recent))
        let subscription = Subscription(id: next, texts: texts)
        // What was recorded while the first events were read.
        await deliver()
        return subscription
    }

    func end(_ subscription: Subscription) {
        subscribers.removeValue(forKey: subscription.id)?.sink.finish()
    }

    /// Ends all streams; new ones are refused.
    func close() async {
        isClosed = true
        for subscriber in subscribers.values { subscriber.sink.finish() }
        do {
            try await pool.withConnection { [id] connection in
                try await Door.unlisten(gateway: id, on: connection)
            }
        } catch {
            // The row is out of date within a minute anyhow.
            complain("the database was not told that no page is open: \(error)")
        }
    }

    // MARK: Delivery

    /// One delivery at a time; whoever asks meanwhile gets another one after it.
    private func deliver() async {
        isDeliveryWanted = true
        guard !isDelivering, !isClosed else { return }
        isDelivering = true
        while isDeliveryWanted {
            isDeliveryWanted = false
            for tenant in Set(subscribers.values.map(\.tenant)) { await deliver(to: tenant) }
        }
        isDelivering = false
    }

    private func deliver(to tenant: Int32) async {
        let lasts = subscribers.values.filter { $0.tenant == tenant }.map(\.last)
        guard let first = lasts.min() else { return }
        do {
            let rows = try await events(tenant, after: first - Self.window)
            for row in rows {
                send(
                    try row.get("event_id"), try row.get("cycle_id"), try Self.text(row),
                    to: tenant)
            }
        } catch {
            // The next notification or the next sign of life tries again.
            report("events could not be read: \(error)")
        }
    }

    private func send(_ event: Int64, _ cycle: Int64?, _ text: String, to tenant: Int32) {
        for (key, var subscriber) in subscribers where subscriber.tenant == tenant {
            guard event > subscriber.last - Self.window,
                subscriber.seen.insert(event).inserted
            else { continue }
            subscriber.last = max(subscriber.last, event)
            if subscriber.seen.count > 2 * Int(Self.window) {
                let oldest = subscriber.last - Self.window
                subscriber.seen = subscriber.seen.filter { $0 > oldest }
            }
            subscribers[key] = subscriber
            if let wanted = subscriber.cycle, wanted != cycle { continue }
            if case .dropped = subscriber.sink.yield(text) { subscriber.sink.finish() }
        }
    }

    private static func text(_ row: Row) throws(PostgresError) -> String {
        let id: Int64 = try row.get("event_id")
        return "id: \(id)\nevent: desk\ndata: \(try row.get("text", as: String.self))\n\n"
    }

    private static func act(for tenant: Int32) -> SQL {
        "select set_config('bellwether.tenant', \(bind: String(tenant)), true)"
    }

    private func events(_ tenant: Int32, after: Int64) async throws -> Rows {
        try await pool.withConnection { connection in
            try await connection.pipeline([
                "begin", Self.act(for: tenant),
                """
                select e.event_id, e.cycle_id, row_to_json(e)::text as text from api.events as e
                where e.event_id > \(bind: after) order by e.event_id limit 5000
                """, "commit",
            ])[2]
        }
    }

    /// The ids at the end of the list, and the events that the client still has to get.
    private func start(
        _ tenant: Int32, _ cycle: Int64?, _ after: Int64?
    ) async throws -> (recent: [Int64], replay: Rows) {
        try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                "begin isolation level repeatable read read only", Self.act(for: tenant),
                """
                select e.event_id from api.events as e
                order by e.event_id desc limit \(bind: Self.window)
                """,
                """
                select e.event_id, row_to_json(e)::text as text from api.events as e
                where (e.event_id > \(bind: after) or \(bind: after)::bigint is null)
                    and (e.cycle_id = \(bind: cycle) or \(bind: cycle)::bigint is null)
                    and (\(bind: after)::bigint is not null or \(bind: cycle)::bigint is not null)
                order by e.event_id limit 900
                """, "commit",
            ])
            let recent = try answers[2].decoded { row throws(PostgresError) in
                try row.get("event_id", as: Int64.self)
            }
            return (recent, answers[3])
        }
    }

    /// What fails because the gateway stops is no complaint.
    private func report(_ complaint: String) {
        if !Task.isCancelled, !isClosed { complain(complaint) }
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
        do {
            try await pool.withConnection { [id] connection in
                try await Door.listen(gateway: id, host: host, on: connection)
            }
        } catch {
            // Events come with the next sign of life instead of at once.
            report("the database was not told that a page is open: \(error)")
        }
    }
}
