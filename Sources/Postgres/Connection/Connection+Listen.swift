internal import CPostgres
internal import Dispatch
internal import Glibc

/// A NOTIFY that arrived.
package struct Notification: Sendable, Equatable {
    package let channel: String
    package let payload: String
    /// The server's process that sent it.
    package let serverProcess: Int32

    package init(channel: String, payload: String, serverProcess: Int32) {
        self.channel = channel
        self.payload = payload
        self.serverProcess = serverProcess
    }
}

extension Connection {
    /// Subscribes to a channel: each NOTIFY that is committed from now on comes out of the stream.
    ///
    /// The stream ends when the connection is closed or lost; `NotificationListener` reconnects.
    /// At most 1000 are kept for a slow reader, the oldest go first: a NOTIFY is a hint, the rows
    /// are the truth.
    package func listen(_ channel: String) async throws(PostgresError) -> AsyncStream<Notification>
    {
        let handle = try ready()
        try runScript("listen \(SQL.quoted(channel))", handle)
        watchSocket(handle)
        return subscriptions.add(channel)
    }

    /// Hands on the notifications that libpq has read.
    func deliverNotifications() {
        guard let handle, !subscriptions.isEmpty else { return }
        while let notify = PQnotifies(handle.connection) {
            subscriptions.deliver(
                Notification(
                    channel: String(cString: notify.pointee.relname),
                    payload: String(cString: notify.pointee.extra),
                    serverProcess: notify.pointee.be_pid))
            PQfreemem(notify)
        }
    }

    /// Wakes the executor when something arrives while no statement runs.
    private func watchSocket(_ handle: Handle) {
        guard subscriptions.source == nil else { return }
        let source = DispatchSource.makeReadSource(
            fileDescriptor: handle.socket, queue: executor.queue)
        source.setEventHandler { [weak self] in
            self?.assumeIsolated { $0.readNotifications() }
        }
        // libpq's socket must stay open until the source has let go of it.
        source.setCancelHandler { withExtendedLifetime(handle) {} }
        subscriptions.source = source
        source.resume()
    }

    /// Reads until nothing is left: the source reports a hang-up once, perhaps with the last bytes.
    private func readNotifications() {
        guard let handle else { return }
        var descriptor = pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, 0) > 0 {
            guard PQconsumeInput(handle.connection) == 1, handle.isAlive else { return drop() }
            deliverNotifications()
        }
    }
}

/// Who listens to which channel of one connection.
struct Subscriptions {
    private var streams: [String: [AsyncStream<Notification>.Continuation]] = [:]
    var source: (any DispatchSourceRead)?

    private static let kept = 1000

    var isEmpty: Bool { streams.isEmpty }

    mutating func add(_ channel: String) -> AsyncStream<Notification> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Notification.self, bufferingPolicy: .bufferingNewest(Self.kept))
        streams[channel, default: []].append(continuation)
        return stream
    }

    /// Streams whose readers are gone are forgotten here.
    mutating func deliver(_ notification: Notification) {
        streams[notification.channel]?.removeAll { continuation in
            if case .terminated = continuation.yield(notification) { return true }
            return false
        }
    }

    /// Ends all streams.
    mutating func end() {
        for continuation in streams.values.joined() { continuation.finish() }
        streams.removeAll()
        source?.cancel()
        source = nil
    }
}
