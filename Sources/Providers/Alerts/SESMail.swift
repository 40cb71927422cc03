package import Foundation

/// Mail by Amazon's Simple Email Service, version 2 of its interface (Amazon SES API v2, SendEmail).
package struct SESMail: AlertChannel {
    private static let path = "/v2/email/outbound-emails"

    private let base: String
    private let signature: AWSSignature
    private let from: MailAddress
    private let client: HTTPClient
    private let now: @Sendable () -> Date

    /// - Parameter base: where the service is, without a path; nil for Amazon's own of the region.
    package init(
        signature: AWSSignature, from: MailAddress, base: String? = nil, client: HTTPClient,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.base = base ?? "https://email.\(signature.region).amazonaws.com"
        self.signature = signature
        self.from = from
        self.client = client
        self.now = now
    }

    package func send(_ message: AlertMessage, to target: String) async throws(AlertError) {
        guard let to = MailAddress(target) else {
            throw AlertError(.invalid, "the route's target is no mail address")
        }
        let request = request(message, to)
        guard !request.isPlain || request.isLoopback else {
            throw AlertError(.invalid, "the mail service has no https address")
        }
        let answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
        do {
            answer = try await client.fetch(request)
        } catch {
            throw AlertError(error)
        }
        let kind = answer.headers["x-amzn-errortype"].map { " \($0.prefix(60))" } ?? ""
        switch answer.status {
        case 200..<300: return
        case 429: throw AlertError(.throttled, "Amazon SES asks to come back later")
        // Keys and permissions can be mended.
        case 401, 403, 500...:
            throw AlertError(.unavailable, "Amazon SES answered \(answer.status)\(kind)")
        default:
            throw AlertError(.invalid, "Amazon SES refused the mail: \(answer.status)\(kind)")
        }
    }

    private func request(_ message: AlertMessage, _ to: MailAddress) -> HTTPRequest {
        let mail = MailText(from: from, to: to, message: message)
        func part(_ text: String) -> JSONValue { ["Data": .string(text), "Charset": "UTF-8"] }
        let json: JSONValue = [
            "FromEmailAddress": .string(from.text),
            "Destination": ["ToAddresses": [.string(to.text)]],
            "Content": [
                "Simple": ["Subject": part(mail.subject), "Body": ["Text": part(message.text)]]
            ],
        ]
        let body = Array(json.text().utf8)
        let host = String(HTTPRequest(.post, base).origin.split(separator: "/").last ?? "")
        let signed = [("content-type", "application/json"), ("host", host)]
        var headers = HTTPHeaders()
        for (name, value) in signed
            + signature.headers(
                method: "POST", path: Self.path, headers: signed, body: body, at: now())
        { headers.add(name, value) }
        return HTTPRequest(.post, base + Self.path, headers: headers, body: body)
    }
}
