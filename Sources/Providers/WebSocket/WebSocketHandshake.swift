internal import Foundation
internal import Trading

/// The request that opens a WebSocket, and its answer (RFC 6455, section 4).
struct WebSocketHandshake {
    /// `ws://` or `wss://`.
    let url: String
    let headers: HTTPHeaders
    /// 16 random bytes.
    let nonce: [UInt8]

    /// Heads of answers are no longer than this.
    static let largestHead = 16 << 10

    var key: String { Data(nonce).base64EncodedString() }

    /// Section 4.2.2, step 5.4.
    var accept: String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Data(SHA1.hash(Array(text.utf8))).base64EncodedString()
    }

    /// The address in the form that libcurl connects to.
    var curlURL: String {
        if url.lowercased().hasPrefix("wss://") { return "https" + url.dropFirst(3) }
        return "http" + url.dropFirst(2)
    }

    var http: HTTPRequest { HTTPRequest(.get, curlURL, headers: headers) }
    /// What may be shown.
    var origin: String { http.origin.replacingOccurrences(of: "http", with: "ws") }

    var isValid: Bool {
        let scheme = url.lowercased()
        return (scheme.hasPrefix("wss://") || scheme.hasPrefix("ws://")) && headers.isValid
            && !url.utf8.contains { $0 <= 0x20 } && !http.host.isEmpty
    }

    var request: [UInt8] {
        let rest = curlURL.drop { $0 != ":" }.dropFirst(3)
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@").last.map(String.init) ?? ""
        var target = rest.dropFirst(authority.count).prefix { $0 != "#" }
        if !target.hasPrefix("/") { target = "/" + target }
        var lines = [
            "GET \(target) HTTP/1.1", "Host: \(host)", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
        ]
        lines += headers.fields.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    struct Refusal: Error, Equatable {
        let message: String
        var status: Int?
    }

    /// Reads the answer's head.
    ///
    /// - Returns: how long it is; nil while it is not whole.
    func answered(_ bytes: [UInt8]) throws(Refusal) -> Int? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            guard bytes.count <= Self.largestHead else {
                throw Refusal(message: "the answer has no end")
            }
            // Whoever speaks something else need not be waited for.
            let usual = Array("HTTP/1.".utf8)
            guard bytes.prefix(usual.count).elementsEqual(usual.prefix(bytes.count)) else {
                throw Refusal(message: "the answer is no HTTP")
            }
            return nil
        }
        var head = HTTPHead()
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        for line in lines.components(separatedBy: "\r\n") { _ = head.take(line) }
        guard head.status == 101 else {
            throw Refusal(message: "status \(head.status) instead of 101", status: head.status)
        }
        let connection = (head.headers["connection"] ?? "").lowercased().split(separator: ",")
        guard head.headers["upgrade"]?.lowercased() == "websocket",
            connection.contains(where: { $0.trimmingCharacters(in: .whitespaces) == "upgrade" }),
            head.headers["sec-websocket-accept"] == accept
        else { throw Refusal(message: "the answer is not to this request") }
        // We asked for none.
        guard head.headers["sec-websocket-extensions"] == nil,
            head.headers["sec-websocket-protocol"] == nil
        else { throw Refusal(message: "the answer asks for an extension") }
        return end.upperBound
    }
}
