import Support
import Synchronization
import Testing

@testable import Providers

/// Each form of server on the loopback, in good and in bad days.
@Suite("Language models over HTTP", .timeLimit(.minutes(2)))
struct HTTPLanguageModelTests {
    private let client = HTTPClient()
    private let fake: FakeServer
    private let ask = ModelRequest(system: "be short", user: "ping")

    init() throws { fake = try FakeServer("models") }

    private func model(
        _ form: ModelEndpoint.Form, change: (inout ModelEndpoint) -> Void = { _ in }
    ) -> HTTPLanguageModel {
        Endpoints.model(form, at: fake, client: client, change: change)
    }

    private func collect(
        _ stream: AsyncThrowingStream<ModelDelta, any Error>
    ) async throws -> (text: String, tools: [String], answer: ModelAnswer?) {
        var text = ""
        var tools: [String] = []
        var answer: ModelAnswer?
        for try await delta in stream {
            switch delta {
            case .text(let piece): text += piece
            case .toolCall(let name): tools.append(name)
            case .finished(let whole): answer = whole
            }
        }
        return (text, tools, answer)
    }

    @Test("answers with text and tokens", arguments: Endpoints.forms)
    func text(form: ModelEndpoint.Form) async throws {
        let answer = try await model(form).complete(ask)
        #expect(answer.text == "pong" && answer.stop == .end && answer.attempts == 1)
        #expect(answer.usage == TokenUsage(prompt: 11, completion: 7))
        #expect(answer.model == "some-model")
        let seen = try #require(try fake.requests().first)
        #expect(seen.body.contains("be short") && seen.body.contains("ping"))
        #expect(seen.headers.values.contains { $0.hasSuffix("SECRET-KEY") })
    }

    @Test("streams the same answer, piece by piece", arguments: Endpoints.forms)
    func streams(form: ModelEndpoint.Form) async throws {
        let step =
            #"{"text": "a longer answer é😀", "tool": {"name": "quote", "arguments": {"n": 1}}}"#
        try fake.script(step, step)
        let whole = try await model(form).complete(ask)
        let streamed = try await collect(model(form).stream(ask))
        #expect(streamed.text == "a longer answer é😀" && streamed.tools == ["quote"])
        #expect(streamed.answer == whole)
    }

    @Test("calls a tool, and takes its result", arguments: Endpoints.forms)
    func tools(form: ModelEndpoint.Form) async throws {
        try fake.script(
            #"{"text": "", "tool": {"name": "quote", "arguments": {"symbol": "AAPL"}}}"#)
        var request = ask
        request.tools = [
            ModelTool(
                name: "quote", description: "the last price",
                parameters: try JSONSchema([
                    "type": "object", "properties": ["symbol": ["type": "string"]],
                ]))
        ]
        let answer = try await model(form).complete(request)
        #expect(answer.stop == .toolUse)
        let call = try #require(answer.toolCalls.first)
        #expect(call.name == "quote" && call.arguments == ["symbol": "AAPL"])

        request.messages.append(ModelMessage(answer))
        request.messages.append(
            ModelMessage(.user, parts: [.toolResult(ToolResult(call, "price 156.49"))]))
        #expect(try await model(form).complete(request).text == "pong")
        let seen = try #require(try fake.requests().last)
        #expect(seen.body.contains("price 156.49") && seen.body.contains("AAPL"))
    }

    @Test("asks for the form of an answer in the vendor's words", arguments: Endpoints.forms)
    func form(form: ModelEndpoint.Form) async throws {
        var request = ask
        request.form = AnswerForm(
            name: "signal",
            schema: try JSONSchema([
                "type": "object", "properties": ["n": ["type": "number", "minimum": 0]],
                "required": ["n"], "additionalProperties": false,
            ]))
        _ = try await model(form).complete(request)
        let body = try JSONValue(parsing: try #require(try fake.requests().first).body)
        let sent: JSONValue? =
            switch form {
            case .messages: body["output_config"]?["format"]?["schema"]
            case .chat: body["response_format"]?["json_schema"]?["schema"]
            case .responses: body["text"]?["format"]?["schema"]
            case .generateContent: body["generationConfig"]?["responseJsonSchema"]
            }
        #expect(sent?["additionalProperties"] == false)
        #expect(sent?["properties"]?["n"]?["minimum"] == nil, "vendors do not take bounds")
        #expect(sent?["properties"]?["n"]?["description"] == "at least 0")
    }

    @Test(
        "what fails for a while is tried again, and the answer says how often",
        arguments: [
            #"{"fault": "status", "status": 429, "headers": {"retry-after": "0"}}"#,
            #"{"fault": "status", "status": 500}"#, #"{"fault": "status", "status": 529}"#,
            #"{"fault": "status", "status": 503, "retry_delay": "2s"}"#,
            #"{"fault": "malformed"}"#, #"{"fault": "shape"}"#, #"{"fault": "close"}"#,
        ], Endpoints.forms)
    func retried(step: String, form: ModelEndpoint.Form) async throws {
        try fake.script(step, step)
        let answer = try await model(form).complete(ask)
        #expect(answer.text == "pong" && answer.attempts == 3)
        #expect(try fake.requests().count == 3)
    }

    @Test(
        "a stream that does not begin is tried again; one that begins wrong is not",
        arguments: Endpoints.forms)
    func retriedStream(form: ModelEndpoint.Form) async throws {
        try fake.script(
            #"{"fault": "status", "status": 503}"#, #"{"fault": "status", "status": 500}"#,
            #"{"text": "third"}"#,
            #"{"fault": "shape"}"#)
        let answer = try await collect(model(form).stream(ask)).answer
        #expect(answer?.text == "third" && answer?.attempts == 3)
        let error = await #expect(throws: ModelError.self) {
            try await collect(model(form).stream(ask))
        }
        #expect(error?.code == .cut)
        #expect(try fake.requests().count == 4)
    }

    @Test(
        "what fails for good is asked once, and typed",
        arguments: [
            (400, nil, ModelError.Code.invalidRequest), (401, nil, .unauthorised),
            (404, nil, .notFound), (413, nil, .tooLarge),
        ] as [(Int, String?, ModelError.Code)], Endpoints.forms)
    func final(given: (Int, String?, ModelError.Code), form: ModelEndpoint.Form) async throws {
        try fake.script(
            #"{"fault": "status", "status": \#(given.0), "message": "your key SECRET-KEY is bad"}"#)
        let error = await #expect(throws: ModelError.self) { try await model(form).complete(ask) }
        #expect(error?.code == given.2 && error?.status == given.0 && error?.attempts == 1)
        #expect(error?.description.contains("SECRET") == false)
        #expect(error?.message == "your key **** is bad")
    }

    @Test("an empty purse is not asked again, though its status is that of a hurry")
    func quota() async throws {
        try fake.script(#"{"fault": "status", "status": 429, "kind": "insufficient_quota"}"#)
        let error = await #expect(throws: ModelError.self) {
            try await model(.chat).complete(ask)
        }
        #expect(error?.code == .quotaExhausted && error?.attempts == 1)
    }

    @Test("after the last try the last failure is thrown")
    func gaveUp() async throws {
        let step = #"{"fault": "status", "status": 529}"#
        try fake.script(step, step, step, step, step)
        let error = await #expect(throws: ModelError.self) {
            try await model(.messages).complete(ask)
        }
        #expect(error?.code == .overloaded && error?.attempts == 4)
    }

    @Test("a stream that is cut keeps its text, and is never an answer", arguments: Endpoints.forms)
    func cut(form: ModelEndpoint.Form) async throws {
        try fake.script(#"{"fault": "cut", "text": "the first half and the second half"}"#)
        let error = await #expect(throws: ModelError.self) {
            try await collect(model(form).stream(ask))
        }
        #expect(error?.code == .cut)
        #expect(error?.partialText.isEmpty == false)
        #expect("the first half and the second half".hasPrefix(error?.partialText ?? "?"))
    }

    @Test("an error event after a 200 is an error", arguments: Endpoints.forms)
    func errorEvent(form: ModelEndpoint.Form) async throws {
        try fake.script(#"{"fault": "error", "text": "the first half and the second half"}"#)
        let error = await #expect(throws: ModelError.self) {
            try await collect(model(form).stream(ask))
        }
        #expect(error?.code == .overloaded || error?.code == .server)
        #expect(error?.partialText.isEmpty == false)
    }

    @Test("a slow drip is an answer as well", arguments: Endpoints.forms)
    func drip(form: ModelEndpoint.Form) async throws {
        try fake.script(#"{"fault": "drip", "pause": 0.001, "text": "slowly"}"#)
        #expect(try await collect(model(form).stream(ask)).answer?.text == "slowly")
    }

    @Test("10 MB are too large, and not asked for again", arguments: Endpoints.forms)
    func huge(form: ModelEndpoint.Form) async throws {
        try fake.script(#"{"fault": "huge"}"#)
        let error = await #expect(throws: ModelError.self) { try await model(form).complete(ask) }
        #expect(error?.code == .tooLarge && error?.attempts == 1)
    }

    @Test("a server that hangs is a time-out", arguments: Endpoints.forms)
    func hang(form: ModelEndpoint.Form) async throws {
        let step = #"{"fault": "hang"}"#
        try fake.script(step, step, step, step)
        let model = model(form) { $0.limits.firstByte = .milliseconds(100) }
        let error = await #expect(throws: ModelError.self) { try await model.complete(ask) }
        #expect(error?.code == .timeout && error?.attempts == 4)
    }

    @Test("cancelling ends the call", arguments: Endpoints.forms)
    func cancelled(form: ModelEndpoint.Form) async throws {
        try fake.script(#"{"fault": "hang"}"#)
        let model = model(form)
        let task = Task { try await model.complete(ask) }
        while try fake.requests().isEmpty { await Task.yield() }
        task.cancel()
        let error = await #expect(throws: ModelError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test("a refusal and an answer that was cut off say so")
    func stops() async throws {
        try fake.script(#"{"stop": "max_tokens"}"#, #"{"stop": "refusal"}"#)
        #expect(try await model(.messages).complete(ask).stop == .maxTokens)
        #expect(try await model(.messages).complete(ask).stop == .refusal("the model refused"))
        try fake.script(#"{"stop": "length"}"#, #"{"refusal": "no"}"#)
        #expect(try await model(.chat).complete(ask).stop == .maxTokens)
        #expect(try await model(.chat).complete(ask).stop == .refusal("no"))
        try fake.script(#"{"stop": "incomplete"}"#, #"{"refusal": "no"}"#)
        #expect(try await model(.responses).complete(ask).stop == .maxTokens)
        #expect(try await model(.responses).complete(ask).stop == .refusal("no"))
        try fake.script(#"{"stop": "MAX_TOKENS"}"#, #"{"block": "SAFETY"}"#)
        #expect(try await model(.generateContent).complete(ask).stop == .maxTokens)
        #expect(
            try await model(.generateContent).complete(ask).stop
                == .refusal("the prompt was blocked: SAFETY"))
    }

    @Test("header names and versions are configuration")
    func headers() async throws {
        let model = model(.messages) { endpoint in
            endpoint.keyHeader = "authorization"
            endpoint.keyPrefix = "Bearer "
            endpoint.headers = ["anthropic-version": "2026-10-21"]
        }
        _ = try await model.complete(ask)
        let seen = try #require(try fake.requests().first).headers
        #expect(seen["authorization"] == "Bearer SECRET-KEY" && seen["x-api-key"] == nil)
        #expect(seen["anthropic-version"] == "2026-10-21")
    }

    @Test("a key is not sent over a line that others can read")
    func plain() async throws {
        let endpoint = ModelEndpoint(
            .local, key: APIKey("SECRET-KEY"), base: "http://models.example/v1")
        let model = HTTPLanguageModel("m", endpoint: endpoint, client: client)
        let error = await #expect(throws: ModelError.self) { try await model.complete(ask) }
        #expect(error?.code == .invalidRequest && error?.attempts == 1)
        #expect(error?.message.contains("use https") == true)
    }

    @Test("no more calls at a time than the gate has places")
    func gate() async throws {
        let gate = ModelGate(places: 2)
        let endpoint = Endpoints.endpoint(.chat, at: fake)
        let model = HTTPLanguageModel("m", endpoint: endpoint, client: client, gate: gate)
        let first = try await gate.enter()
        let second = try await gate.enter()
        let task = Task { try await model.complete(ask).text }
        let late = Task { try await model.complete(ask).text }
        late.cancel()
        await #expect(throws: ModelError.self) { try await late.value }
        #expect(try fake.requests().isEmpty)
        first.leave()
        #expect(try await task.value == "pong")
        second.leave()
    }
}
