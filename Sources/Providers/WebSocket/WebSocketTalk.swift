/// The life of one WebSocket without its socket and its clock: bytes and moments in, acts out.
///
///     greeting --101--> open --close, fault, our close--> closing --close or end--> over
struct WebSocketTalk {
    enum Act: Equatable {
        case send([UInt8])
        case opened
        case deliver(WebSocketMessage)
        /// The last one: nil if we closed it ourselves.
        case end(WebSocketError?)
    }

    private enum Phase { case greeting, open, closing, over }

    typealias Instant = ContinuousClock.Instant

    private let handshake: WebSocketHandshake
    private let limits: WebSocketLimits
    /// Chosen anew for each frame, and not to be foreseen (section 5.3).
    private let mask: @Sendable () -> UInt32
    private var phase = Phase.greeting
    private var reader: WebSocketReader
    private var head: [UInt8] = []
    private var since: Instant
    private var heard: Instant
    private var asked: Instant?
    /// Why it is closing.
    private var reason: WebSocketError?

    init(
        _ handshake: WebSocketHandshake, limits: WebSocketLimits, now: Instant,
        mask: @escaping @Sendable () -> UInt32
    ) {
        self.handshake = handshake
        self.limits = limits
        self.mask = mask
        reader = WebSocketReader(largest: limits.bytes)
        since = now
        heard = now
    }

    func start() -> [Act] { [.send(handshake.request)] }

    // MARK: What arrives

    mutating func received(_ bytes: [UInt8], at now: Instant) -> [Act] {
        heard = now
        asked = nil
        switch phase {
        case .greeting: return greeted(bytes, at: now)
        case .open, .closing: return read(bytes, at: now)
        case .over: return []
        }
    }

    private mutating func greeted(_ bytes: [UInt8], at now: Instant) -> [Act] {
        head += bytes
        do throws(WebSocketHandshake.Refusal) {
            guard let length = try handshake.answered(head) else { return [] }
            phase = .open
            let rest = Array(head[length...])
            head = []
            return [.opened] + (rest.isEmpty ? [] : read(rest, at: now))
        } catch {
            return end(self.error(.handshake, error.message, error.status))
        }
    }

    private mutating func read(_ bytes: [UInt8], at now: Instant) -> [Act] {
        var acts: [Act] = []
        do throws(WebSocketReader.Fault) {
            for event in try reader.take(bytes) { acts += act(on: event) }
            if let fault = reader.fault { throw fault }
        } catch {
            if phase == .open {
                let reason = self.error(.broken, error.message, Int(error.code))
                acts += closing(error.code, because: reason, at: now)
            } else if phase == .closing {
                // Who breaks the rules while we leave is not waited for.
                acts += end(reason)
            }
        }
        return acts
    }

    private mutating func act(on event: WebSocketReader.Event) -> [Act] {
        switch event {
        case .message(let message): return phase == .open ? [.deliver(message)] : []
        case .ping(let payload): return phase == .open ? [.send(frame(.pong, payload))] : []
        case .pong: return []
        case .close(let code, let text):
            // Section 5.5.1: answered with the same code, then it is over.
            if phase == .closing { return end(reason) }
            let words = text.isEmpty ? "" : ": \(text.prefix(100))"
            let payload = code == 1005 ? [] : WebSocketFrame.close(code)
            return [.send(frame(.close, payload))]
                + end(error(.closed, "closed with \(code)\(words)", Int(code)))
        }
    }

    /// The connection ended.
    mutating func cut() -> [Act] {
        switch phase {
        case .greeting: end(error(.handshake, "the connection ended before its answer"))
        case .open: end(error(.cut, "the connection ended without a close"))
        case .closing: end(reason)
        case .over: []
        }
    }

    // MARK: What we do

    func say(_ text: String) -> [Act] {
        phase == .open ? [.send(frame(.text, Array(text.utf8)))] : []
    }

    mutating func close(at now: Instant) -> [Act] {
        switch phase {
        case .greeting: end(nil)
        case .open: closing(1000, because: nil, at: now)
        case .closing, .over: []
        }
    }

    private mutating func closing(
        _ code: UInt16, because reason: WebSocketError?, at now: Instant
    ) -> [Act] {
        self.reason = reason
        phase = .closing
        since = now
        return [.send(frame(.close, WebSocketFrame.close(code, reason?.message ?? "")))]
    }

    private mutating func end(_ error: WebSocketError?) -> [Act] {
        phase = .over
        return [.end(error)]
    }

    // MARK: Time

    /// When `tick` has something to do.
    var deadline: Instant {
        switch phase {
        case .greeting: since + limits.handshake
        case .closing: since + limits.close
        case .open: asked.map { $0 + limits.answer } ?? heard + limits.quiet
        case .over: since
        }
    }

    /// - Parameter isReading: false while we ourselves let the service wait.
    mutating func tick(_ now: Instant, isReading: Bool = true) -> [Act] {
        if !isReading, phase == .open {
            heard = now
            asked = nil
        }
        guard now >= deadline else { return [] }
        switch phase {
        case .greeting: return end(error(.handshake, "no answer within \(limits.handshake)"))
        case .closing: return end(reason)
        case .over: return []
        case .open:
            guard asked == nil else {
                let silence = limits.quiet + limits.answer
                return end(error(.silent, "nothing was heard for \(silence)"))
            }
            asked = now
            return [.send(frame(.ping, []))]
        }
    }

    private func frame(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8]) -> [UInt8] {
        WebSocketFrame.bytes(opcode, payload, mask: mask())
    }

    private func error(
        _ code: WebSocketError.Code, _ message: String, _ number: Int? = nil
    ) -> WebSocketError {
        WebSocketError(code, handshake.origin, message, number: number)
    }
}
