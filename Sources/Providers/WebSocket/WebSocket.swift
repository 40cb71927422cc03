internal import CCurl
internal import Foundation
internal import Synchronization

/// A WebSocket to a service (RFC 6455): texts out, messages in.
///
/// Each has a thread of its own that waits for the socket: there are as many as vendors. Lost
/// connections are not opened again here. Letting go of it closes it.
package final class WebSocket: Sendable {
    private let line: WebSocketLine

    private init(_ line: WebSocketLine) { self.line = line }

    deinit { line.post(.close) }

    /// Connects and greets.
    ///
    /// - Parameters:
    ///   - url: `wss://` or, on this machine, `ws://`.
    ///   - authorities: a file of certificates to trust instead of the system's.
    package static func open(
        _ url: String, headers: HTTPHeaders = HTTPHeaders(), limits: WebSocketLimits = .init(),
        authorities: String? = nil
    ) async throws(WebSocketError) -> WebSocket {
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let handshake = WebSocketHandshake(url: url, headers: headers, nonce: nonce)
        guard handshake.isValid else {
            throw WebSocketError(
                .invalidRequest, handshake.origin, "the address or a header cannot be sent")
        }
        let line = WebSocketLine(handshake, limits: limits, authorities: authorities)
        let socket = WebSocket(line)
        try await line.open()
        return socket
    }

    /// Sends a text; on a connection that has ended nothing happens.
    package func send(_ text: String) { line.post(.say(text)) }

    /// The next message; nil after our own close.
    package func next() async throws(WebSocketError) -> WebSocketMessage? { try await line.next() }

    /// Says goodbye.
    package func close() { line.post(.close) }
}

/// The thread of one WebSocket and the task that reads it.
private final class WebSocketLine: @unchecked Sendable {
    enum Order {
        case say(String)
        case close
    }

    typealias Answer = Result<WebSocketMessage?, WebSocketError>

    private struct State {
        var isOpen = false
        var messages: [WebSocketMessage] = []
        var size = 0
        var orders: [Order] = []
        /// nil while it runs.
        var end: Answer?
        /// Waits until it is open, or for a message.
        var reader: CheckedContinuation<Answer, Never>?
    }

    private let state = Mutex(State())
    private let handshake: WebSocketHandshake
    private let limits: WebSocketLimits
    private let authorities: String?
    /// A pipe that wakes the thread: what is written comes out in `sleep`.
    private let wake: (out: Int32, into: Int32)
    private let clock = ContinuousClock()
    /// What the socket has not taken yet; the thread's alone.
    private var unsent: [UInt8] = []

    init(_ handshake: WebSocketHandshake, limits: WebSocketLimits, authorities: String?) {
        self.handshake = handshake
        self.limits = limits
        self.authorities = authorities
        var ends: [Int32] = [-1, -1]
        let result = pipe(&ends)
        precondition(result == 0, "no descriptors are left for a pipe")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wake = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(wake.out)
        Glibc.close(wake.into)
    }

    // MARK: - The task's side

    func open() async throws(WebSocketError) {
        _ = try await wait { state in
            state.isOpen ? .success(nil) : nil
        } begin: {
            let thread = Thread { [self] in run() }
            thread.name = "websocket"
            thread.start()
        }
    }

    func next() async throws(WebSocketError) -> WebSocketMessage? {
        try await wait { state in
            guard !state.messages.isEmpty else { return nil }
            let message = state.messages.removeFirst()
            let wasFull = state.size >= limits.unread
            state.size -= message.size
            if wasFull, state.size < limits.unread { self.signal() }
            return .success(message)
        }
    }

    private func wait(
        ready: @Sendable (inout State) -> Answer?, begin: @Sendable () -> Void = {}
    ) async throws(WebSocketError) -> WebSocketMessage? {
        let answer: Answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer? in
                    if let answer = ready(&state) ?? state.end { return answer }
                    state.reader = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) } else { begin() }
            }
        } onCancel: {
            finish(.failure(WebSocketError(.cancelled, handshake.origin, "cancelled")))
            post(.close)
        }
        return try answer.get()
    }

    func post(_ order: Order) {
        state.withLock { $0.orders.append(order) }
        signal()
    }

    /// A full pipe wakes, too.
    private func signal() {
        var byte: UInt8 = 0
        _ = Glibc.write(wake.into, &byte, 1)
    }

    private func finish(_ answer: Answer) {
        let reader = state.withLock { state in
            // What came before the end is read first.
            if state.end == nil { state.end = answer }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: answer)
    }

    // MARK: - On the thread

    private func run() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        do throws(WebSocketError) {
            let socket = try CurlSocket(
                handshake.http, origin: handshake.origin, connect: limits.connect,
                authorities: authorities)
            serve(socket)
        } catch {
            finish(.failure(error))
        }
    }

    private func serve(_ socket: CurlSocket) {
        var talk = WebSocketTalk(handshake, limits: limits, now: clock.now) {
            UInt32.random(in: .min ... .max)
        }
        var isOver = perform(talk.start())
        while !isOver {
            for order in takeOrders() where !isOver {
                switch order {
                case .say(let text): isOver = perform(talk.say(text))
                case .close: isOver = perform(talk.close(at: clock.now))
                }
            }
            if !isOver { isOver = perform(read(socket, &talk)) }
            flush(socket)
            if !isOver { isOver = perform(talk.tick(clock.now, isReading: !isFull)) }
            flush(socket)
            if !isOver { sleep(socket, until: talk.deadline) }
        }
    }

    private var isFull: Bool { state.withLock { $0.size >= limits.unread } }

    private func takeOrders() -> [Order] {
        state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// As much as has arrived and may be kept, a few pieces at a time.
    private func read(_ socket: CurlSocket, _ talk: inout WebSocketTalk) -> [WebSocketTalk.Act] {
        var acts: [WebSocketTalk.Act] = []
        var size = state.withLock { $0.size }
        while size < limits.unread {
            switch socket.read() {
            case .none: return acts
            case .end: return acts + talk.cut()
            case .bytes(let bytes):
                size += bytes.count
                acts += talk.received(bytes, at: clock.now)
            }
        }
        return acts
    }

    /// - Returns: whether it is over.
    private func perform(_ acts: [WebSocketTalk.Act]) -> Bool {
        var isOver = false
        for act in acts {
            switch act {
            case .send(let bytes): unsent += bytes
            case .opened: opened()
            case .deliver(let message): deliver(message)
            case .end(let error):
                finish(error.map { .failure($0) } ?? .success(nil))
                isOver = true
            }
        }
        return isOver
    }

    private func opened() {
        let reader = state.withLock { state in
            state.isOpen = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: .success(nil))
    }

    private func deliver(_ message: WebSocketMessage) {
        let reader = state.withLock { state in
            guard state.end == nil else { return nil as CheckedContinuation<Answer, Never>? }
            guard let reader = state.reader else {
                state.messages.append(message)
                state.size += message.size
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: .success(message))
    }

    /// A connection that takes nothing more shows it when it is read.
    private func flush(_ socket: CurlSocket) {
        while !unsent.isEmpty {
            guard let count = socket.write(unsent) else {
                unsent = []
                return
            }
            if count == 0 { return }
            unsent.removeFirst(count)
        }
    }

    private func sleep(_ socket: CurlSocket, until deadline: ContinuousClock.Instant) {
        let left = max(.zero, clock.now.duration(to: deadline))
        let wanted = (isFull ? 0 : POLLIN) | (unsent.isEmpty ? 0 : POLLOUT)
        var descriptors = [
            // A descriptor below zero is passed over: its end would wake us again and again.
            pollfd(
                fd: wanted == 0 ? -1 : socket.descriptor, events: Int16(wanted), revents: 0),
            pollfd(fd: wake.out, events: Int16(POLLIN), revents: 0),
        ]
        let longest = min(left, .seconds(60))
        _ = poll(&descriptors, 2, Int32((longest / .milliseconds(1)).rounded(.up)))
        var bytes = [UInt8](repeating: 0, count: 256)
        _ = Glibc.read(wake.out, &bytes, bytes.count)
    }
}
