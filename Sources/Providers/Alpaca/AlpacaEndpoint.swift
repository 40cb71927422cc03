/// Where an Alpaca account is, and its two keys.
///
/// Paper and live differ in nothing but host and keys, so that a mistake would trade real money: any
/// host but Alpaca's paper one, and the loopback, needs the live switch.
package struct AlpacaEndpoint: Sendable {
    package static let paper = "https://paper-api.alpaca.markets"
    package static let live = "https://api.alpaca.markets"

    package let base: String
    /// Whether it trades real money: any host but Alpaca's paper one and the loopback does.
    package let isLive: Bool
    package let keyID: APIKey
    package let secret: APIKey
    package var limits = HTTPLimits()
    /// Header names of the two keys.
    package var keyHeader = "apca-api-key-id"
    package var secretHeader = "apca-api-secret-key"

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        /// The host trades real money and the switch is not set.
        case live(String)
        /// The keys would be readable on their way.
        case plain(String)

        package var description: String {
            switch self {
            case .live(let origin): "\(origin) trades real money, and the live switch is not set"
            case .plain(let origin):
                "the keys would be readable on their way to \(origin); use https"
            }
        }
    }

    /// - Parameter isLiveAllowed: whether real money may be traded.
    package init(
        base: String = paper, keyID: APIKey, secret: APIKey, isLiveAllowed: Bool = false
    ) throws(Refusal) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        let request = HTTPRequest(.get, base)
        if request.isPlain, !request.isLoopback { throw .plain(request.origin) }
        isLive = request.origin != Self.paper && !request.isLoopback
        guard !isLive || isLiveAllowed else { throw .live(request.origin) }
        self.base = base
        self.keyID = keyID
        self.secret = secret
        limits.total = .seconds(20)
        limits.firstByte = .seconds(15)
    }

    /// A request to a path; what is posted is sent once.
    func request(
        _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil
    ) -> HTTPRequest {
        var headers: HTTPHeaders = ["user-agent": "bellwether"]
        headers.add(keyHeader, keyID.reveal())
        headers.add(secretHeader, secret.reveal())
        if body != nil { headers.add("content-type", "application/json") }
        var request = HTTPRequest(
            method, base + path, headers: headers, body: body.map { Array($0.text().utf8) } ?? [],
            limits: limits)
        request.isSentOnce = method != .get
        return request
    }

    func redacted(_ message: String) -> String { secret.redacted(keyID.redacted(message)) }
}
