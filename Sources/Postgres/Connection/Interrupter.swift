internal import CPostgres
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Stops the statement that a connection is running, from any thread.
///
/// First it asks the server (PQcancel, which opens a connection of its own), again and again as a
/// request may arrive before the statement does; if that has no effect it shuts the socket down, so
/// that a statement on a dead network ends too. A request is for one statement by its ticket and
/// never hits the next one: `finish` waits until a request that is under way has been delivered.
final class Interrupter: Sendable {
    typealias Ticket = UInt64

    /// When the next attempts follow, in milliseconds; after them the socket is shut down.
    private static let pauses = [250, 750, 2000]
    /// How long an attempt may take before the network is taken for dead.
    private static let deliveryLimitSeconds = 5

    private struct State {
        var request: CancelRequest?
        /// -1 once it is no longer ours to touch.
        var socket: Int32
        var running: Ticket?
        var next: Ticket = 1
        /// Entered while a request is under way.
        var delivery: DispatchGroup?
    }

    private let state: Mutex<State>
    /// PQcancel blocks: this thread does nothing else.
    private let queue = DispatchQueue(label: "bellwether.postgres.interrupt")
    /// Shuts the socket down even if PQcancel itself hangs.
    private let watch = DispatchQueue(label: "bellwether.postgres.watch")

    init(_ connection: OpaquePointer) {
        state = Mutex(
            State(request: CancelRequest(connection), socket: PQsocket(connection)))
    }

    /// Marks the begin of a statement.
    func begin() -> Ticket {
        state.withLock { state in
            let ticket = state.next
            state.next += 1
            state.running = ticket
            return ticket
        }
    }

    /// Marks the end of a statement; afterwards no request for it can reach the server.
    ///
    /// - Returns: false if a request could not be delivered in time: drop the connection then.
    func finish() -> Bool {
        let delivery = state.withLock { state in
            state.running = nil
            return state.delivery
        }
        guard let delivery else { return true }
        return delivery.wait(timeout: .now() + .seconds(Self.deliveryLimitSeconds)) == .success
    }

    /// Stops whatever is running now.
    func interrupt() {
        guard let ticket = state.withLock({ $0.running }) else { return }
        interrupt(ticket)
    }

    /// Stops the statement with this ticket if it is still running.
    func interrupt(_ ticket: Ticket) {
        queue.async { self.attempt(ticket, number: 0) }
        watch.asyncAfter(deadline: .now() + .seconds(Self.deliveryLimitSeconds)) {
            self.shutDown(ticket)
        }
    }

    /// Stops the statement with this ticket if it runs longer than the limit.
    func interrupt(_ ticket: Ticket, after limit: Duration) -> DispatchWorkItem {
        let item = DispatchWorkItem { self.interrupt(ticket) }
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(clamping: attoseconds / 1_000_000_000)
        watch.asyncAfter(
            deadline: .now() + .seconds(Int(clamping: seconds)) + .nanoseconds(nanoseconds),
            execute: item)
        return item
    }

    func close() {
        state.withLock { state in
            state.socket = -1
            state.running = nil
            state.request = nil
        }
    }

    private func attempt(_ ticket: Ticket, number: Int) {
        let delivery = DispatchGroup()
        let request = state.withLock { state -> CancelRequest? in
            guard state.running == ticket, let request = state.request else { return nil }
            state.delivery = delivery
            delivery.enter()
            return request
        }
        guard let request else { return }
        request.send()
        state.withLock { $0.delivery = nil }
        delivery.leave()
        guard number < Self.pauses.count else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.pauses[number])) {
            self.attempt(ticket, number: number + 1)
        }
    }

    /// Ends a statement that the server does not answer: its read fails at once.
    private func shutDown(_ ticket: Ticket) {
        state.withLock { state in
            guard state.running == ticket, state.socket >= 0 else { return }
            shutdown(state.socket, Int32(SHUT_RDWR))
        }
    }
}

/// Owns a PGcancel: a copy of what a cancel request needs, never changed.
private final class CancelRequest: @unchecked Sendable {
    private let pointer: OpaquePointer?

    init(_ connection: OpaquePointer) {
        pointer = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// One that fails is followed by another, and at last by the socket's shutdown.
    func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { complaint in
            _ = PQcancel(pointer, complaint.baseAddress, Int32(complaint.count))
        }
    }
}
