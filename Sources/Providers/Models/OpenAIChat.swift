/// OpenAI's chat completions, `POST /chat/completions`, which many other servers speak, too.
struct OpenAIChat: ModelWire {
    /// `max_completion_tokens`, or what older servers call it.
    let maxTokensName: String

    func path(model: String, isStreamed: Bool) -> String { "/chat/completions" }

    func body(_ request: ModelRequest, model: String, isStreamed: Bool) -> JSONValue {
        let system = request.system.map { text -> JSONValue in
            ["role": "system", "content": .string(text)]
        }
        let messages = request.messages.flatMap(Self.messages)
        var body: JSONObject = [
            "model": .string(model), "messages": .array([system].compactMap { $0 } + messages),
        ]
        body[maxTokensName] = .number(String(request.maxTokens))
        body["temperature"] = request.temperature.map { JSONValue($0) }
        if !request.stopSequences.isEmpty {
            body["stop"] = .array(request.stopSequences.map { .string($0) })
        }
        if isStreamed {
            body["stream"] = true
            body["stream_options"] = ["include_usage": true]
        }
        if !request.tools.isEmpty {
            body["tools"] = .array(
                request.tools.map { ["type": "function", "function": Self.function($0)] })
            body["tool_choice"] = Self.choice(request.toolChoice)
        }
        if let form = request.form {
            body["response_format"] = [
                "type": "json_schema",
                "json_schema": [
                    "name": .string(form.name), "schema": form.schema.withoutBounds,
                    "strict": true,
                ],
            ]
        }
        return .object(body)
    }

    /// One of ours may be several of theirs: each result of a tool is a message.
    private static func messages(_ message: ModelMessage) -> [JSONValue] {
        var messages: [JSONValue] = []
        var calls: [JSONValue] = []
        for part in message.parts {
            switch part {
            case .text: break
            case .toolCall(let call):
                calls.append([
                    "id": .string(call.id), "type": "function",
                    "function": [
                        "name": .string(call.name), "arguments": .string(call.arguments.text()),
                    ],
                ])
            case .toolResult(let result):
                messages.append([
                    "role": "tool", "tool_call_id": .string(result.call.id),
                    "content": .string(result.content),
                ])
            }
        }
        guard !message.text.isEmpty || !calls.isEmpty else { return messages }
        var own: JSONObject = [
            "role": .string(message.role.rawValue), "content": .string(message.text),
        ]
        if !calls.isEmpty { own["tool_calls"] = .array(calls) }
        return messages + [.object(own)]
    }

    private static func function(_ tool: ModelTool) -> JSONValue {
        [
            "name": .string(tool.name), "description": .string(tool.description),
            "parameters": tool.parameters.withoutBounds,
        ]
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .auto: "auto"
        case .any: "required"
        case .none: "none"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }

    func answer(_ body: JSONValue) throws(WireError) -> ModelAnswer {
        guard let choice = body["choices"]?[0], let message = choice["message"]?.object,
            let finish = choice["finish_reason"]?.string
        else { throw .unreadable }
        var calls: [ToolCall] = []
        for call in message["tool_calls"]?.array ?? [] {
            guard let id = call["id"]?.string, let name = call["function"]?["name"]?.string,
                let arguments = call["function"]?["arguments"]?.string
            else { throw .unreadable }
            calls.append(ToolCall(id: id, name: name, arguments: try .arguments(arguments)))
        }
        let refusal = message["refusal"]?.string
        return ModelAnswer(
            text: message["content"]?.string ?? "", toolCalls: calls,
            stop: refusal.map { .refusal($0) } ?? Self.stop(finish),
            usage: Self.usage(body["usage"]), model: body["model"]?.string ?? "")
    }

    static func stop(_ word: String) -> ModelAnswer.Stop {
        switch word {
        case "stop": .end
        case "tool_calls", "function_call": .toolUse
        case "length": .maxTokens
        case "content_filter": .refusal("the content filter stopped it")
        default: .other(word)
        }
    }

    static func usage(_ usage: JSONValue?) -> TokenUsage {
        TokenUsage(
            prompt: usage?["prompt_tokens"]?.int ?? 0,
            cached: usage?["prompt_tokens_details"]?["cached_tokens"]?.int ?? 0,
            completion: usage?["completion_tokens"]?.int ?? 0)
    }

    func reader() -> any ModelStreamReader { OpenAIChatStream() }

    func failure(_ body: JSONValue?, status: Int) -> WireError {
        OpenAIFailure.error(body?["error"], status: status)
    }
}

/// OpenAI's error objects, the same in all its interfaces.
enum OpenAIFailure {
    static func error(_ error: JSONValue?, status: Int) -> WireError {
        let message = error?["message"]?.string ?? error?.string ?? "no message"
        let code = error?["code"]?.string ?? error?["type"]?.string
        if code == "insufficient_quota" { return WireError(.quotaExhausted, message) }
        return WireError(WireError.code(of: status), message)
    }
}

/// The chunks of a streamed completion; `[DONE]` closes it.
private struct OpenAIChatStream: ModelStreamReader {
    private var calls: [Int: (id: String, name: String, json: String)] = [:]
    private var finish: String?
    private var refusal: String?
    private var usage = TokenUsage()
    private var model = ""
    private(set) var text = ""
    private(set) var answer: ModelAnswer?

    mutating func take(_ event: ServerSentEvent) throws(WireError) -> [ModelDelta] {
        if event.data == "[DONE]" {
            let answer = try whole()
            self.answer = answer
            return [.finished(answer)]
        }
        let data = try JSONValue.event(event.data)
        if let error = data["error"], error != .null {
            throw OpenAIFailure.error(error, status: 500)
        }
        model = data["model"]?.string ?? model
        if data["usage"]?.object != nil { usage = OpenAIChat.usage(data["usage"]) }
        // The chunk with the usage has no choice.
        guard let choice = data["choices"]?[0] else { return [] }
        finish = choice["finish_reason"]?.string ?? finish
        return add(choice["delta"] ?? .null)
    }

    private mutating func add(_ delta: JSONValue) -> [ModelDelta] {
        var deltas: [ModelDelta] = []
        if let piece = delta["content"]?.string, !piece.isEmpty {
            text += piece
            deltas.append(.text(piece))
        }
        if let piece = delta["refusal"]?.string { refusal = (refusal ?? "") + piece }
        for call in delta["tool_calls"]?.array ?? [] {
            let index = call["index"]?.int ?? 0
            let function = call["function"]
            var known = calls[index] ?? ("", "", "")
            if let id = call["id"]?.string { known.id = id }
            if let name = function?["name"]?.string, known.name.isEmpty {
                known.name = name
                deltas.append(.toolCall(name: name))
            }
            known.json += function?["arguments"]?.string ?? ""
            calls[index] = known
        }
        return deltas
    }

    private func whole() throws(WireError) -> ModelAnswer {
        guard let finish else { throw .unreadable }
        var toolCalls: [ToolCall] = []
        for (_, call) in calls.sorted(by: { $0.key < $1.key }) {
            let arguments = try JSONValue.arguments(call.json)
            toolCalls.append(ToolCall(id: call.id, name: call.name, arguments: arguments))
        }
        return ModelAnswer(
            text: text, toolCalls: toolCalls,
            stop: refusal.map { .refusal($0) } ?? OpenAIChat.stop(finish), usage: usage,
            model: model)
    }
}
