internal import CCurl
internal import Foundation

/// A connection by libcurl, TLS and proxy included, whose bytes are ours (`CURLOPT_CONNECT_ONLY`).
///
/// Used on one thread alone.
final class CurlSocket {
    enum Piece {
        case bytes([UInt8])
        /// Nothing now.
        case none
        case end
    }

    private let easy: UnsafeMutableRawPointer
    private(set) var descriptor: Int32 = -1
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Connects, which may take as long as the limit says.
    ///
    /// - Parameter authorities: a file of certificates to trust; nil: the system's.
    init(
        _ request: HTTPRequest, origin: String, connect: Duration, authorities: String?
    ) throws(WebSocketError) {
        CurlLibrary.start()
        guard let easy = curl_easy_init() else {
            throw WebSocketError(.connect, origin, "libcurl has no memory for a handle")
        }
        self.easy = easy
        _ = request.url.withCString { CCurlSetPointer(easy, CURLOPT_URL, $0) }
        _ = "http,https".withCString { CCurlSetPointer(easy, CURLOPT_PROTOCOLS_STR, $0) }
        CCurlSetLong(easy, CURLOPT_CONNECT_ONLY, 1)
        // A server that may choose HTTP/2 does, and then knows no upgrade.
        CCurlSetLong(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        CCurlSetLong(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        CCurlSetLong(easy, CURLOPT_NOSIGNAL, 1)
        CCurlSetLong(easy, CURLOPT_TCP_NODELAY, 1)
        CCurlSetLong(easy, CURLOPT_TCP_KEEPALIVE, 1)
        if request.isLoopback { _ = "*".withCString { CCurlSetPointer(easy, CURLOPT_NOPROXY, $0) } }
        if let authorities {
            _ = authorities.withCString { CCurlSetPointer(easy, CURLOPT_CAINFO, $0) }
        }
        CCurlSetLong(
            easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int((connect / .milliseconds(1)).rounded(.up))))
        let result = curl_easy_perform(easy)
        guard result == CURLE_OK else {
            throw WebSocketError(.connect, origin, String(cString: curl_easy_strerror(result)))
        }
        guard CCurlGetSocket(easy, &descriptor) == CURLE_OK, descriptor >= 0 else {
            throw WebSocketError(.connect, origin, "the connection has no socket")
        }
    }

    deinit { curl_easy_cleanup(easy) }

    /// What has arrived.
    func read() -> Piece {
        var count = 0
        let result = buffer.withUnsafeMutableBytes {
            curl_easy_recv(easy, $0.baseAddress, $0.count, &count)
        }
        switch result {
        case CURLE_OK: return count == 0 ? .end : .bytes(Array(buffer[..<count]))
        case CURLE_AGAIN: return .none
        default: return .end
        }
    }

    /// How many of these bytes were taken; nil if the connection has ended.
    func write(_ bytes: [UInt8]) -> Int? {
        var count = 0
        let result = bytes.withUnsafeBytes {
            curl_easy_send(easy, $0.baseAddress, $0.count, &count)
        }
        switch result {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: return nil
        }
    }
}
