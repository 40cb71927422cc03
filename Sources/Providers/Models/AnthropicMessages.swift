/// Anthropic's Messages: `POST /v1/messages`.
struct AnthropicMessages: ModelWire {
    func path(model: String, isStreamed: Bool) -> String { "/v1/messages" }

    func body(_ request: ModelRequest, model: String, isStreamed: Bool) -> JSONValue {
        var body: JSONObject = [
            "model": .string(model), "max_tokens": .number(String(request.maxTokens)),
            "messages": .array(request.messages.map(Self.message)),
        ]
        body["system"] = request.system.map { .string($0) }
        body["temperature"] = request.temperature.map { JSONValue($0) }
        if !request.stopSequences.isEmpty {
            body["stop_sequences"] = .array(request.stopSequences.map { .string($0) })
        }
        if isStreamed { body["stream"] = true }
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(Self.tool))
            body["tool_choice"] = Self.choice(request.toolChoice)
        }
        if let form = request.form {
            body["output_config"] = [
                "format": ["type": "json_schema", "schema": form.schema.withoutBounds]
            ]
        }
        return .object(body)
    }

    private static func message(_ message: ModelMessage) -> JSONValue {
        let blocks = message.parts.map { part -> JSONValue in
            switch part {
            case .text(let text): ["type": "text", "text": .string(text)]
            case .toolCall(let call):
                [
                    "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                    "input": call.arguments,
                ]
            case .toolResult(let result):
                [
                    "type": "tool_result", "tool_use_id": .string(result.call.id),
                    "content": .string(result.content), "is_error": .bool(result.isError),
                ]
            }
        }
        return ["role": .string(message.role.rawValue), "content": .array(blocks)]
    }

    private static func tool(_ tool: ModelTool) -> JSONValue {
        [
            "name": .string(tool.name), "description": .string(tool.description),
            "input_schema": tool.parameters.withoutBounds,
        ]
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .auto: ["type": "auto"]
        case .any: ["type": "any"]
        case .none: ["type": "none"]
        case .tool(let name): ["type": "tool", "name": .string(name)]
        }
    }

    func answer(_ body: JSONValue) throws(WireError) -> ModelAnswer {
        guard body["type"] == "message", let blocks = body["content"]?.array,
            let stop = body["stop_reason"]?.string
        else { throw .unreadable }
        var text = ""
        var calls: [ToolCall] = []
        for block in blocks {
            switch block["type"]?.string {
            case "text": text += block["text"]?.string ?? ""
            case "tool_use":
                guard let id = block["id"]?.string, let name = block["name"]?.string,
                    let input = block["input"]
                else { throw .unreadable }
                calls.append(ToolCall(id: id, name: name, arguments: input))
            // Thinking and whatever comes to be later.
            default: break
            }
        }
        return ModelAnswer(
            text: text, toolCalls: calls, stop: Self.stop(stop), usage: Self.usage(body["usage"]),
            model: body["model"]?.string ?? "")
    }

    static func stop(_ word: String) -> ModelAnswer.Stop {
        switch word {
        case "end_turn": .end
        case "tool_use": .toolUse
        case "stop_sequence": .stopSequence
        case "max_tokens", "model_context_window_exceeded": .maxTokens
        case "refusal": .refusal("the model refused")
        default: .other(word)
        }
    }

    /// `input_tokens` are those that were neither read from nor written to the cache.
    static func usage(_ usage: JSONValue?) -> TokenUsage {
        let cached = usage?["cache_read_input_tokens"]?.int ?? 0
        let written = usage?["cache_creation_input_tokens"]?.int ?? 0
        return TokenUsage(
            prompt: (usage?["input_tokens"]?.int ?? 0) + cached + written, cached: cached,
            completion: usage?["output_tokens"]?.int ?? 0)
    }

    func reader() -> any ModelStreamReader { AnthropicStream() }

    func failure(_ body: JSONValue?, status: Int) -> WireError {
        let message = body?["error"]?["message"]?.string ?? "no message"
        return WireError(
            Self.code(body?["error"]?["type"]?.string) ?? WireError.code(of: status), message)
    }

    static func code(_ kind: String?) -> ModelError.Code? {
        switch kind {
        case "invalid_request_error": .invalidRequest
        case "authentication_error", "permission_error": .unauthorised
        case "billing_error": .quotaExhausted
        case "not_found_error": .notFound
        case "request_too_large": .tooLarge
        case "rate_limit_error": .rateLimited
        case "overloaded_error": .overloaded
        case "timeout_error": .timeout
        case "api_error", "conflict_error": .server
        default: nil
        }
    }
}

/// The events of a streamed message. There is no `[DONE]`: `message_stop` closes it.
private struct AnthropicStream: ModelStreamReader {
    private enum Block {
        case text(String)
        case tool(id: String, name: String, json: String)
        case other
    }

    private var blocks: [Int: Block] = [:]
    private var model = ""
    private var usage = TokenUsage()
    private var stop: ModelAnswer.Stop?
    private(set) var answer: ModelAnswer?

    var text: String {
        blocks.sorted { $0.key < $1.key }.map { if case .text(let text) = $1 { text } else { "" } }
            .joined()
    }

    mutating func take(_ event: ServerSentEvent) throws(WireError) -> [ModelDelta] {
        let data = try JSONValue.event(event.data)
        switch data["type"]?.string {
        case "message_start":
            model = data["message"]?["model"]?.string ?? ""
            usage = AnthropicMessages.usage(data["message"]?["usage"])
        case "content_block_start": return try start(data)
        case "content_block_delta": return try add(data)
        case "message_delta":
            stop = data["delta"]?["stop_reason"]?.string.map(AnthropicMessages.stop)
            usage.completion = data["usage"]?["output_tokens"]?.int ?? usage.completion
        case "message_stop":
            let answer = try whole()
            self.answer = answer
            return [.finished(answer)]
        case "error":
            let code = AnthropicMessages.code(data["error"]?["type"]?.string) ?? .server
            throw WireError(code, data["error"]?["message"]?.string ?? "no message")
        // A ping, the end of a block, and what comes to be later.
        default: break
        }
        return []
    }

    private mutating func start(_ data: JSONValue) throws(WireError) -> [ModelDelta] {
        guard let index = data["index"]?.int, let block = data["content_block"] else {
            throw .unreadable
        }
        switch block["type"]?.string {
        case "text":
            blocks[index] = .text(block["text"]?.string ?? "")
        case "tool_use":
            guard let id = block["id"]?.string, let name = block["name"]?.string else {
                throw .unreadable
            }
            blocks[index] = .tool(id: id, name: name, json: "")
            return [.toolCall(name: name)]
        default: blocks[index] = .other
        }
        return []
    }

    private mutating func add(_ data: JSONValue) throws(WireError) -> [ModelDelta] {
        guard let index = data["index"]?.int, let block = blocks[index], let delta = data["delta"]
        else { throw .unreadable }
        switch (delta["type"]?.string, block) {
        case ("text_delta", .text(let text)):
            let piece = delta["text"]?.string ?? ""
            blocks[index] = .text(text + piece)
            return [.text(piece)]
        case ("input_json_delta", .tool(let id, let name, let json)):
            let piece = delta["partial_json"]?.string ?? ""
            blocks[index] = .tool(id: id, name: name, json: json + piece)
        default: break
        }
        return []
    }

    private func whole() throws(WireError) -> ModelAnswer {
        guard let stop else { throw .unreadable }
        var calls: [ToolCall] = []
        for (_, block) in blocks.sorted(by: { $0.key < $1.key }) {
            guard case .tool(let id, let name, let json) = block else { continue }
            calls.append(ToolCall(id: id, name: name, arguments: try .arguments(json)))
        }
        return ModelAnswer(text: text, toolCalls: calls, stop: stop, usage: usage, model: model)
    }
}
