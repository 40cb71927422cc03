internal import Foundation

/// A language model behind HTTP.
package struct HTTPLanguageModel: LanguageModel {
    package let provider: ModelProvider
    package let name: String
    private let endpoint: ModelEndpoint
    private let wire: any ModelWire
    private let client: HTTPClient
    private let policy: RetryPolicy
    private let gate: ModelGate?
    private let sleep: @Sendable (Duration) async throws -> Void
    private let jitter: @Sendable () -> Double

    /// - Parameters:
    ///   - gate: bounds how much this process asks of the provider at a time.
    ///   - sleep: how the waits between tries are waited.
    ///   - jitter: 0...1.
    package init(
        _ name: String, provider: ModelProvider? = nil, endpoint: ModelEndpoint, client: HTTPClient,
        policy: RetryPolicy = RetryPolicy(), gate: ModelGate? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.name = name
        self.provider = provider ?? ModelProvider(serving: name)
        self.endpoint = endpoint
        self.client = client
        self.policy = policy
        self.gate = gate
        self.sleep = sleep
        self.jitter = jitter
        wire =
            switch endpoint.form {
            case .messages: AnthropicMessages()
            case .chat: OpenAIChat(maxTokensName: endpoint.maxTokensName)
            case .responses: OpenAIResponses()
            case .generateContent: GeminiContent()
            }
    }

    package func complete(_ request: ModelRequest) async throws(ModelError) -> ModelAnswer {
        let http = try http(request, isStreamed: false)
        var (answer, attempts) = try await retrying { () async throws(ModelError) in
            try await once(http)
        }
        answer.attempts = attempts
        return answer
    }

    package func stream(_ request: ModelRequest) -> AsyncThrowingStream<ModelDelta, any Error> {
        AsyncThrowingStream { continuation in
            // Owned by the stream: it ends when the reader goes.
            let task = Task {
                do throws(ModelError) {
                    try await run(request) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    // MARK: - One try

    private func once(_ http: HTTPRequest) async throws(ModelError) -> ModelAnswer {
        let lease = try await enter()
        defer { lease?.leave() }
        let answer: (status: Int, headers: HTTPHeaders, body: [UInt8])
        do {
            answer = try await client.fetch(http)
        } catch {
            throw failure(error)
        }
        let body = try? JSONValue(parsing: answer.body)
        guard (200..<300).contains(answer.status) else {
            throw failure(answer.status, answer.headers, body)
        }
        guard let body else {
            throw self.error(WireError(.unreadable, "the answer is no JSON"))
        }
        do {
            return try wire.answer(body)
        } catch {
            throw self.error(error)
        }
    }

    /// Streams once; what fails before the first piece is tried again.
    private func run(
        _ request: ModelRequest, _ yield: @Sendable (ModelDelta) -> Void
    ) async throws(ModelError) {
        let http = try http(request, isStreamed: true)
        let ((response, lease), attempts) = try await retrying { () async throws(ModelError) in
            try await open(http)
        }
        defer { lease?.leave() }
        var events = ServerSentEvents()
        var reader = wire.reader()
        do {
            for try await piece in response.body {
                for event in events.take(piece) where reader.answer == nil {
                    for delta in try reader.take(event) { yield(delta.after(attempts)) }
                }
            }
        } catch let failed as WireError {
            throw broken(error(failed), reader)
        } catch let failed as HTTPError {
            throw broken(failure(failed), reader)
        } catch {
            throw broken(self.error(WireError(.server, "the stream failed")), reader)
        }
        if reader.answer == nil {
            throw broken(error(WireError(.cut, "the stream ended before its end")), reader)
        }
    }

    private func open(
        _ http: HTTPRequest
    ) async throws(ModelError) -> (HTTPResponse, ModelGate.Lease?) {
        let lease = try await enter()
        let response: HTTPResponse
        let body: [UInt8]
        do throws(HTTPError) {
            response = try await client.send(http)
            if response.isSuccess { return (response, lease) }
            body = try await response.body.collect()
        } catch {
            lease?.leave()
            throw failure(error)
        }
        lease?.leave()
        throw failure(response.status, response.headers, try? JSONValue(parsing: body))
    }

    private func broken(_ error: ModelError, _ reader: any ModelStreamReader) -> ModelError {
        var error = error
        error.partialText = reader.text
        return error
    }

    // MARK: - Around it

    private func http(
        _ request: ModelRequest, isStreamed: Bool
    ) throws(ModelError) -> HTTPRequest {
        var request = request
        request.temperature = request.temperature ?? endpoint.temperature
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/:"))
        guard let model = name.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw error(WireError(.invalidRequest, "the model's name cannot be sent"))
        }
        do {
            return try endpoint.request(
                path: wire.path(model: model, isStreamed: isStreamed),
                body: wire.body(request, model: name, isStreamed: isStreamed))
        } catch {
            throw self.error(WireError(.invalidRequest, error.description))
        }
    }

    private func enter() async throws(ModelError) -> ModelGate.Lease? {
        do {
            return try await gate?.enter()
        } catch {
            throw self.error(WireError(.cancelled, "cancelled while waiting for the gate"))
        }
    }

    /// Does it until it succeeds or the policy gives up.
    private func retrying<Value>(
        _ work: () async throws(ModelError) -> Value
    ) async throws(ModelError) -> (Value, attempts: Int) {
        var attempt = 1
        var waited = Duration.zero
        while true {
            var failed: ModelError
            do throws(ModelError) {
                return (try await work(), attempt)
            } catch {
                failed = error
            }
            failed.attempts = attempt
            let wait = policy.wait(
                after: failed, attempt: attempt, waited: waited, jitter: jitter())
            guard let wait else { throw failed }
            do {
                try await sleep(wait)
            } catch {
                throw self.error(WireError(.cancelled, "cancelled while waiting to ask again"))
            }
            waited += wait
            attempt += 1
        }
    }

    // MARK: - Errors

    private func error(_ wire: WireError, status: Int? = nil) -> ModelError {
        var message = endpoint.key?.redacted(wire.message) ?? wire.message
        message = String(message.prefix(300))
        var error = ModelError(wire.code, provider, name, message, status: status)
        error.retryAfter = wire.retryAfter
        return error
    }

    private func failure(_ status: Int, _ headers: HTTPHeaders, _ body: JSONValue?) -> ModelError {
        var failed = error(wire.failure(body, status: status), status: status)
        failed.retryAfter = RetryPolicy.asked(headers, now: Date()) ?? failed.retryAfter
        failed.serverSaysRetry = RetryPolicy.serverSays(headers)
        return failed
    }

    private func failure(_ error: HTTPError) -> ModelError {
        let code: ModelError.Code =
            switch error.code {
            case .invalidRequest: .invalidRequest
            case .connect, .closed: .unreachable
            case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: .timeout
            case .tooLarge: .tooLarge
            case .cut, .other: .cut
            case .cancelled: .cancelled
            }
        return self.error(WireError(code, error.description))
    }
}

extension ModelDelta {
    /// The last piece knows how often the server was asked.
    fileprivate func after(_ attempts: Int) -> ModelDelta {
        guard case .finished(var answer) = self else { return self }
        answer.attempts = attempts
        return .finished(answer)
    }
}
