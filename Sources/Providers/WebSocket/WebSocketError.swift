/// Why a WebSocket ended. Shows the service's origin, never a path, key or message.
package struct WebSocketError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable {
        /// The address cannot be asked.
        case invalidRequest = "invalid request"
        /// No connection: refused, no such host, TLS not trusted, no answer in time.
        case connect
        /// The answer is not the one that opens a WebSocket.
        case handshake
        /// The service sent what RFC 6455 forbids, or too much.
        case broken
        /// The service closed it, with a code.
        case closed
        /// The connection ended without a close.
        case cut
        /// The connection stands and nobody is there.
        case silent
        case cancelled
    }

    package let code: Code
    package let origin: String
    package let message: String
    /// The status instead of 101, or the close code.
    package var number: Int?

    package init(_ code: Code, _ origin: String, _ message: String, number: Int? = nil) {
        self.code = code
        self.origin = origin
        self.message = message
        self.number = number
    }

    package var description: String { "\(origin): \(message)" }
}

/// How long and how much a WebSocket may take.
package struct WebSocketLimits: Equatable, Sendable {
    /// Until the connection stands, TLS included.
    package var connect: Duration = .seconds(10)
    /// Until the answer that opens it is whole.
    package var handshake: Duration = .seconds(10)
    /// Silence after which we ask whether anybody is there.
    package var quiet: Duration = .seconds(20)
    /// Silence after that question, which ends it.
    package var answer: Duration = .seconds(10)
    /// Until our close is answered.
    package var close: Duration = .seconds(3)
    /// The largest message, in bytes.
    package var bytes = 16 << 20
    /// More than this unread, in bytes, and no more is read from the service.
    package var unread = 4 << 20

    package init() {}
}
