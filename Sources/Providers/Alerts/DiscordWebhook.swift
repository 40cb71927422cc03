internal import Foundation

/// Messages to a channel of Discord by its webhook (Discord, Webhook Resource: Execute Webhook).
///
/// Nothing in a message pings anybody, whatever it says.
package struct DiscordWebhook: AlertChannel {
    /// Limits of an embed (Discord, Message Resource: Embed Limits).
    private static let titleLimit = 256
    private static let bodyLimit = 4096

    private let webhooks: [String: APIKey]
    private let client: HTTPClient

    /// - Parameter webhooks: addresses by the name that routes have for them; an address is a secret.
    package init(webhooks: [String: APIKey], client: HTTPClient) {
        self.webhooks = webhooks
        self.client = client
    }

    package func send(_ message: AlertMessage, to target: String) async throws(AlertError) {
        guard let address = webhooks[target.lowercased()] else {
            throw AlertError(.unavailable, "this worker knows no webhook named \(target)")
        }
        let url = address.reveal()
        let request = HTTPRequest(
            .post, url, headers: ["content-type": "application/json"],
            body: Array(Self.body(message).text().utf8))
        guard !request.isPlain || request.isLoopback else {
            throw AlertError(.invalid, "the webhook \(target) is not an https address")
        }
        let answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
        do {
            answer = try await client.fetch(request)
        } catch {
            throw AlertError(error)
        }
        switch answer.status {
        case 200..<300: return
        case 429:
            throw AlertError(
                .throttled, "Discord asks to come back later", retryAfter: Self.wait(answer))
        case 500...: throw AlertError(.unavailable, "Discord answered \(answer.status)")
        default: throw AlertError(.invalid, "Discord refused the message: \(answer.status)")
        }
    }

    private static func body(_ message: AlertMessage) -> JSONValue {
        [
            "embeds": [
                [
                    "title": .string(cut(message.title, titleLimit)),
                    "description": .string(cut(message.text, bodyLimit)),
                    "color": .number(String(color(message.severity))),
                    "timestamp": .string(message.at.ISO8601Format()),
                    "footer": ["text": .string(message.severity.rawValue)],
                ]
            ],
            "allowed_mentions": ["parse": []],
        ]
    }

    /// Counted as Discord does, in UTF-16 units, and never inside a character.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        var cut = text
        while cut.utf16.count > limit - 1 { cut.removeLast() }
        return cut + "…"
    }

    private static func color(_ severity: AlertMessage.Severity) -> Int {
        switch severity {
        case .info: 0x2E_86C1
        case .warning: 0xF1_C40F
        case .critical: 0xC0_392B
        }
    }

    /// The body's `retry_after` in seconds, or the header's (Discord, Rate Limits).
    private static func wait(
        _ answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
    ) -> Duration? {
        let said =
            (try? JSONValue(parsing: answer.body))?["retry_after"]?.double
            ?? answer.headers["retry-after"].flatMap(Double.init)
        guard let said, said.isFinite, said >= 0 else { return nil }
        return .seconds(min(said, 3600))
    }
}
