/// OpenAI's Responses: `POST /responses`. Nothing is stored at the server.
struct OpenAIResponses: ModelWire {
    func path(model: String, isStreamed: Bool) -> String { "/responses" }

    func body(_ request: ModelRequest, model: String, isStreamed: Bool) -> JSONValue {
        var body: JSONObject = [
            "model": .string(model), "input": .array(request.messages.flatMap(Self.items)),
            "max_output_tokens": .number(String(request.maxTokens)), "store": false,
        ]
        body["instructions"] = request.system.map { .string($0) }
        body["temperature"] = request.temperature.map { JSONValue($0) }
        if isStreamed { body["stream"] = true }
        if !request.tools.isEmpty {
            body["tools"] = .array(
                request.tools.map { tool in
                    [
                        "type": "function", "name": .string(tool.name),
                        "description": .string(tool.description),
                        "parameters": tool.parameters.withoutBounds, "strict": false,
                    ]
                })
            body["tool_choice"] = Self.choice(request.toolChoice)
        }
        if let form = request.form {
            body["text"] = [
                "format": [
                    "type": "json_schema", "name": .string(form.name),
                    "schema": form.schema.withoutBounds, "strict": true,
                ]
            ]
        }
        return .object(body)
    }

    private static func items(_ message: ModelMessage) -> [JSONValue] {
        var items: [JSONValue] = []
        if !message.text.isEmpty {
            items.append([
                "role": .string(message.role.rawValue), "content": .string(message.text),
            ])
        }
        for part in message.parts {
            switch part {
            case .text: break
            case .toolCall(let call):
                items.append([
                    "type": "function_call", "call_id": .string(call.id),
                    "name": .string(call.name), "arguments": .string(call.arguments.text()),
                ])
            case .toolResult(let result):
                items.append([
                    "type": "function_call_output", "call_id": .string(result.call.id),
                    "output": .string(result.content),
                ])
            }
        }
        return items
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .auto: "auto"
        case .any: "required"
        case .none: "none"
        case .tool(let name): ["type": "function", "name": .string(name)]
        }
    }

    func answer(_ body: JSONValue) throws(WireError) -> ModelAnswer {
        guard let status = body["status"]?.string, let output = body["output"]?.array else {
            throw .unreadable
        }
        if status == "failed" { throw OpenAIFailure.error(body["error"], status: 500) }
        var text = ""
        var calls: [ToolCall] = []
        var refusal: String?
        for item in output {
            switch item["type"]?.string {
            case "message":
                for part in item["content"]?.array ?? [] {
                    text += part["text"]?.string ?? ""
                    refusal = part["refusal"]?.string ?? refusal
                }
            case "function_call":
                guard let id = item["call_id"]?.string, let name = item["name"]?.string,
                    let arguments = item["arguments"]?.string
                else { throw .unreadable }
                calls.append(ToolCall(id: id, name: name, arguments: try .arguments(arguments)))
            default: break
            }
        }
        let usage = body["usage"]
        return ModelAnswer(
            text: text, toolCalls: calls,
            stop: refusal.map { .refusal($0) } ?? Self.stop(status, body, calls),
            usage: TokenUsage(
                prompt: usage?["input_tokens"]?.int ?? 0,
                cached: usage?["input_tokens_details"]?["cached_tokens"]?.int ?? 0,
                completion: usage?["output_tokens"]?.int ?? 0),
            model: body["model"]?.string ?? "")
    }

    private static func stop(
        _ status: String, _ body: JSONValue, _ calls: [ToolCall]
    ) -> ModelAnswer.Stop {
        if status == "completed" { return calls.isEmpty ? .end : .toolUse }
        let reason = body["incomplete_details"]?["reason"]?.string ?? status
        return switch reason {
        case "max_output_tokens": .maxTokens
        case "content_filter": .refusal("the content filter stopped it")
        default: .other(reason)
        }
    }

    func reader() -> any ModelStreamReader { OpenAIResponsesStream() }

    func failure(_ body: JSONValue?, status: Int) -> WireError {
        OpenAIFailure.error(body?["error"], status: status)
    }
}

/// The events of a streamed response; its closing event carries the whole of it.
private struct OpenAIResponsesStream: ModelStreamReader {
    private(set) var text = ""
    private(set) var answer: ModelAnswer?

    mutating func take(_ event: ServerSentEvent) throws(WireError) -> [ModelDelta] {
        let data = try JSONValue.event(event.data)
        switch data["type"]?.string {
        case "response.output_text.delta":
            let piece = data["delta"]?.string ?? ""
            text += piece
            return [.text(piece)]
        case "response.output_item.added":
            guard data["item"]?["type"] == "function_call",
                let name = data["item"]?["name"]?.string
            else { return [] }
            return [.toolCall(name: name)]
        case "response.completed", "response.incomplete", "response.failed":
            let answer = try OpenAIResponses().answer(data["response"] ?? .null)
            self.answer = answer
            return [.finished(answer)]
        case "error": throw OpenAIFailure.error(data["error"] ?? data, status: 500)
        default: return []
        }
    }
}
