/// Why a request has no whole answer. Shows the service's origin, never a path, key or body.
package struct HTTPError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable {
        /// The request itself cannot be sent: its address or a header is wrong.
        case invalidRequest = "invalid request"
        /// No connection: refused, no such host, TLS not trusted.
        case connect
        case connectTimeout = "connect timeout"
        case firstByteTimeout = "first byte timeout"
        case idleTimeout = "idle timeout"
        case totalTimeout = "total timeout"
        case tooLarge = "too large"
        /// The connection ended before the answer did.
        case cut
        case cancelled
        /// The client was closed.
        case closed
        case other
    }

    package let code: Code
    package let origin: String
    package let message: String

    package init(_ code: Code, _ origin: String, _ message: String) {
        self.code = code
        self.origin = origin
        self.message = message
    }

    package var description: String { "\(origin): \(message)" }

    /// Whether the request may not have reached the service at all.
    package var isBeforeSending: Bool {
        code == .invalidRequest || code == .connect || code == .connectTimeout
    }
}
