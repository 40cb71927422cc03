internal import CCurl

/// libcurl's handle of one transfer; used on the loop's thread alone.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    let transfer: Transfer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let body: UnsafeMutableBufferPointer<UInt8>

    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastByte: ContinuousClock.Instant?
    private var isPaused = false

    private var head = HTTPHead()
    private var received = 0
    private var isTooLarge = false

    init(_ transfer: Transfer, now: ContinuousClock.Instant) throws(HTTPError) {
        let request = transfer.request
        guard request.headers.isValid, !request.url.utf8.contains(where: { $0 <= 0x20 }) else {
            throw transfer.error(.invalidRequest, "the address or a header cannot be sent")
        }
        guard let easy = curl_easy_init() else {
            throw transfer.error(.other, "libcurl has no memory for a handle")
        }
        self.easy = easy
        self.transfer = transfer
        start = now
        body = .allocate(capacity: request.body.count)
        _ = body.initialize(from: request.body)
        configure(request)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        body.deallocate()
    }

    private func configure(_ request: HTTPRequest) {
        _ = request.url.withCString { CCurlSetPointer(easy, CURLOPT_URL, $0) }
        _ = request.method.rawValue.withCString {
            CCurlSetPointer(easy, CURLOPT_CUSTOMREQUEST, $0)
        }
        _ = "http,https".withCString { CCurlSetPointer(easy, CURLOPT_PROTOCOLS_STR, $0) }
        // A redirect would carry the key to another host: it is an answer like any other.
        CCurlSetLong(easy, CURLOPT_FOLLOWLOCATION, 0)
        CCurlSetLong(easy, CURLOPT_NOSIGNAL, 1)
        CCurlSetLong(easy, CURLOPT_TCP_NODELAY, 1)
        if request.isSentOnce { CCurlSetLong(easy, CURLOPT_FRESH_CONNECT, 1) }
        if request.isLoopback { _ = "*".withCString { CCurlSetPointer(easy, CURLOPT_NOPROXY, $0) } }
        CCurlSetLong(
            easy, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.limits.connect))
        CCurlSetLong(easy, CURLOPT_TIMEOUT_MS, Self.milliseconds(request.limits.total))
        if !request.body.isEmpty || request.method == .post || request.method == .patch {
            CCurlSetPointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
            CCurlSetSize(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        }
        for (name, value) in request.headers.fields { append("\(name): \(value)") }
        // libcurl would wait for a 100 before it sends a large body.
        append("Expect:")
        if request.headers["content-type"] == nil { append("Content-Type:") }
        CCurlSetPointer(easy, CURLOPT_HTTPHEADER, headerList)

        let context = Unmanaged.passUnretained(self).toOpaque()
        CCurlSetReceiver(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        CCurlSetPointer(easy, CURLOPT_HEADERDATA, context)
        CCurlSetReceiver(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        CCurlSetPointer(easy, CURLOPT_WRITEDATA, context)
    }

    private func append(_ line: String) { headerList = curl_slist_append(headerList, line) }

    private static func milliseconds(_ duration: Duration) -> Int {
        max(1, Int((duration / .milliseconds(1)).rounded(.up)))
    }

    // MARK: - What arrives

    fileprivate func received(headerLine line: UnsafeBufferPointer<UInt8>) {
        lastByte = clock.now
        guard head.take(String(decoding: line, as: UTF8.self)) else { return }
        transfer.arrived(status: head.status, headers: head.headers)
    }

    /// - Returns: what the callback answers to libcurl.
    fileprivate func received(body piece: UnsafeBufferPointer<UInt8>) -> Int {
        guard received + piece.count <= transfer.request.limits.bytes else {
            isTooLarge = true
            return 0
        }
        guard transfer.arrived(piece) else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        lastByte = clock.now
        received += piece.count
        return piece.count
    }

    func unpause() {
        isPaused = false
        lastByte = clock.now
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    // MARK: - How it ends

    /// When the wait for the next byte is too long; a reader that is slow is not the service's.
    var deadline: (ContinuousClock.Instant, HTTPError.Code)? {
        if isPaused { return nil }
        let limits = transfer.request.limits
        guard let lastByte else { return (start + limits.firstByte, .firstByteTimeout) }
        return (lastByte + limits.idle, .idleTimeout)
    }

    func timeout(_ code: HTTPError.Code) -> HTTPError {
        let limits = transfer.request.limits
        return switch code {
        case .firstByteTimeout where !isConnected:
            transfer.error(.connectTimeout, "no connection within \(limits.firstByte)")
        case .firstByteTimeout:
            transfer.error(code, "no answer within \(limits.firstByte)")
        default: transfer.error(code, "the answer stood still for \(limits.idle)")
        }
    }

    /// Whether a connection ever stood; libcurl gives its port then.
    private var isConnected: Bool {
        var port = 0
        CCurlGetLong(easy, CURLINFO_LOCAL_PORT, &port)
        return port > 0
    }

    func end(_ result: CURLcode) -> Result<Void, HTTPError> {
        if result == CURLE_OK { return .success(()) }
        if isTooLarge {
            let most = transfer.request.limits.bytes
            return .failure(transfer.error(.tooLarge, "the answer is larger than \(most) bytes"))
        }
        let words = String(cString: curl_easy_strerror(result))
        return .failure(transfer.error(code(result), words))
    }

    private func code(_ result: CURLcode) -> HTTPError.Code {
        switch result {
        case CURLE_OPERATION_TIMEDOUT: isConnected ? .totalTimeout : .connectTimeout
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            .connect
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            .cut
        default: .other
        }
    }
}

/// The callbacks are plain functions: they run on the loop's thread, inside `curl_multi_perform`.
private func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    data.withMemoryRebound(to: UInt8.self, capacity: size * count) {
        handle.received(headerLine: UnsafeBufferPointer(start: $0, count: size * count))
    }
    return size * count
}

private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    return data.withMemoryRebound(to: UInt8.self, capacity: size * count) {
        handle.received(body: UnsafeBufferPointer(start: $0, count: size * count))
    }
}
