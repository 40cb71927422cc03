internal import Foundation

/// Requests to Alpaca and what their answers mean.
struct AlpacaLine: Sendable {
    static let name = "alpaca"

    let endpoint: AlpacaEndpoint
    let client: HTTPClient

    /// A clear answer: what was wanted, or a clear no.
    enum Answer: Sendable {
        case value(JSONValue)
        /// A business reason, with its status.
        case refused(Int, String)
    }

    /// - Throws: `BrokerError` when nobody knows what became of it.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil
    ) async throws(BrokerError) -> Answer {
        let answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
        do {
            answer = try await client.fetch(endpoint.request(method, path, body: body))
        } catch {
            throw self.error(error.description)
        }
        let value = answer.body.isEmpty ? JSONValue.null : try? JSONValue(parsing: answer.body)
        switch answer.status {
        case 200..<300:
            guard let value else { throw error("the answer is no JSON") }
            return .value(value)
        // The account, the order or its id: trying again would be refused again.
        case 403, 404, 422, 400:
            guard let message = value?["message"]?.string else {
                // A proxy's page is nobody's answer.
                throw error("status \(answer.status) without a reason")
            }
            return .refused(answer.status, endpoint.redacted(String(message.prefix(300))))
        case 401: throw error("the keys are not accepted")
        case 429:
            throw BrokerError(
                broker: Self.name, "too many requests", retryAfter: Self.wait(answer.headers))
        default: throw error("status \(answer.status)")
        }
    }

    /// How long to send nothing: what the answer asks for, or until its minute ends (Alpaca allows so
    /// many requests a minute and says in `x-ratelimit-reset` when the next one begins, in seconds
    /// of the epoch).
    static func wait(_ headers: HTTPHeaders, now: Date = Date()) -> Duration {
        let longest = 60.0
        if let asked = RetryPolicy.asked(headers, now: now) { return asked }
        guard let reset = headers["x-ratelimit-reset"].flatMap(Double.init) else {
            return .seconds(5)
        }
        return .seconds(min(max(reset - now.timeIntervalSince1970, 1), longest))
    }

    /// What must be there.
    func get(_ path: String) async throws(BrokerError) -> JSONValue {
        switch try await ask(.get, path) {
        case .value(let value): return value
        case .refused(let status, let reason): throw error("status \(status): \(reason)")
        }
    }

    func error(_ message: String) -> BrokerError { BrokerError(broker: Self.name, message) }

    /// A value for a query, percent-encoded: symbols and times hold `/`, `+` and `:`.
    static func encoded(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
