/// Where a provider's models are, and how one speaks to them.
package struct ModelEndpoint: Sendable, Equatable {
    /// The form of requests and answers.
    package enum Form: String, Sendable, CaseIterable {
        case messages, chat, responses
        case generateContent = "generate_content"
    }

    package var form: Form
    /// Without a slash at its end; the paths of the form follow it.
    package var base: String
    package var key: APIKey?
    /// The header that carries the key.
    package var keyHeader: String
    /// What stands before the key in that header, such as `Bearer `.
    package var keyPrefix: String
    /// Headers of every request, such as the version of the API.
    package var headers: HTTPHeaders
    /// What chat completions call the most tokens to be written.
    package var maxTokensName = "max_completion_tokens"
    /// Used where a request names none.
    package var temperature: Double?
    package var limits = HTTPLimits()

    /// A provider's usual endpoint.
    package init(_ provider: ModelProvider, key: APIKey? = nil, base: String? = nil) {
        self.key = key
        headers = HTTPHeaders()
        keyHeader = "authorization"
        keyPrefix = "Bearer "
        switch provider {
        case .anthropic:
            form = .messages
            self.base = "https://api.anthropic.com"
            keyHeader = "x-api-key"
            keyPrefix = ""
            headers.add("anthropic-version", "2023-06-01")
        case .openai:
            form = .chat
            self.base = "https://api.openai.com/v1"
        case .gemini:
            form = .generateContent
            self.base = "https://generativelanguage.googleapis.com/v1beta"
            keyHeader = "x-goog-api-key"
            keyPrefix = ""
        case .local:
            form = .chat
            self.base = "http://127.0.0.1:8080/v1"
            maxTokensName = "max_tokens"
            temperature = 0
        }
        if let base { self.base = base }
        while self.base.hasSuffix("/") { self.base.removeLast() }
    }

    package static func == (left: ModelEndpoint, right: ModelEndpoint) -> Bool {
        left.form == right.form && left.base == right.base && left.key == right.key
            && left.keyHeader == right.keyHeader && left.keyPrefix == right.keyPrefix
    }

    /// A request to a path below the base.
    ///
    /// - Throws: a message for people where the key would be readable on its way.
    func request(path: String, body: JSONValue) throws(UnsafeEndpoint) -> HTTPRequest {
        var headers = headers
        headers.add("content-type", "application/json")
        headers.add("user-agent", "bellwether")
        if let key { headers.add(keyHeader, keyPrefix + key.reveal()) }
        let request = HTTPRequest(
            .post, base + path, headers: headers, body: Array(body.text().utf8), limits: limits)
        if key != nil, request.isPlain, !request.isLoopback {
            throw UnsafeEndpoint(origin: request.origin)
        }
        return request
    }
}

/// A key is not sent over a line that others can read.
struct UnsafeEndpoint: Error, CustomStringConvertible {
    let origin: String

    var description: String { "the key would be readable on its way to \(origin); use https" }
}
