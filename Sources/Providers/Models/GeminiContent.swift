/// Google's Gemini: `POST /models/{model}:generateContent`.
struct GeminiContent: ModelWire {
    func path(model: String, isStreamed: Bool) -> String {
        "/models/\(model):" + (isStreamed ? "streamGenerateContent?alt=sse" : "generateContent")
    }

    func body(_ request: ModelRequest, model: String, isStreamed: Bool) -> JSONValue {
        var configuration: JSONObject = ["maxOutputTokens": .number(String(request.maxTokens))]
        configuration["temperature"] = request.temperature.map { JSONValue($0) }
        if !request.stopSequences.isEmpty {
            configuration["stopSequences"] = .array(request.stopSequences.map { .string($0) })
        }
        if let form = request.form {
            configuration["responseMimeType"] = "application/json"
            configuration["responseJsonSchema"] = form.schema.withoutBounds
        }
        var body: JSONObject = [
            "contents": .array(request.messages.map(Self.content)),
            "generationConfig": .object(configuration),
        ]
        if let system = request.system {
            body["systemInstruction"] = ["parts": [["text": .string(system)]]]
        }
        if !request.tools.isEmpty {
            let functions = request.tools.map { tool -> JSONValue in
                [
                    "name": .string(tool.name), "description": .string(tool.description),
                    "parametersJsonSchema": tool.parameters.withoutBounds,
                ]
            }
            body["tools"] = [["functionDeclarations": .array(functions)]]
            body["toolConfig"] = ["functionCallingConfig": Self.choice(request.toolChoice)]
        }
        return .object(body)
    }

    private static func content(_ message: ModelMessage) -> JSONValue {
        let parts = message.parts.map { part -> JSONValue in
            switch part {
            case .text(let text): ["text": .string(text)]
            case .toolCall(let call):
                ["functionCall": ["name": .string(call.name), "args": call.arguments]]
            case .toolResult(let result):
                [
                    "functionResponse": [
                        "name": .string(result.call.name),
                        "response": [
                            result.isError ? "error" : "result": .string(result.content)
                        ],
                    ]
                ]
            }
        }
        return ["role": message.role == .user ? "user" : "model", "parts": .array(parts)]
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .auto: ["mode": "AUTO"]
        case .any: ["mode": "ANY"]
        case .none: ["mode": "NONE"]
        case .tool(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
        }
    }

    func answer(_ body: JSONValue) throws(WireError) -> ModelAnswer {
        var reader = GeminiStream()
        _ = try reader.take(body)
        guard let answer = reader.answer else { throw .unreadable }
        return answer
    }

    func reader() -> any ModelStreamReader { GeminiStream() }

    func failure(_ body: JSONValue?, status: Int) -> WireError {
        Self.error(body?["error"], status: status)
    }

    static func error(_ error: JSONValue?, status: Int) -> WireError {
        let code = WireError.code(of: error?["code"]?.int ?? status)
        var failure = WireError(code, error?["message"]?.string ?? "no message")
        for detail in error?["details"]?.array ?? [] {
            if let text = detail["retryDelay"]?.string, text.hasSuffix("s"),
                let seconds = Double(text.dropLast())
            {
                failure.retryAfter = RetryPolicy.wait(seconds: seconds)
            }
        }
        return failure
    }
}

/// Each chunk has the form of a whole answer; the one with a finish reason closes the stream.
private struct GeminiStream: ModelStreamReader {
    private var calls: [ToolCall] = []
    private(set) var text = ""
    private(set) var answer: ModelAnswer?

    mutating func take(_ event: ServerSentEvent) throws(WireError) -> [ModelDelta] {
        try take(try JSONValue.event(event.data))
    }

    mutating func take(_ data: JSONValue) throws(WireError) -> [ModelDelta] {
        if let error = data["error"] { throw GeminiContent.error(error, status: 500) }
        if let reason = data["promptFeedback"]?["blockReason"]?.string {
            return finish(data, .refusal("the prompt was blocked: \(reason)"))
        }
        guard let candidate = data["candidates"]?[0] else { throw .unreadable }
        var deltas: [ModelDelta] = []
        for part in candidate["content"]?["parts"]?.array ?? [] {
            if let piece = part["text"]?.string, part["thought"] != true, !piece.isEmpty {
                text += piece
                deltas.append(.text(piece))
            }
            if let call = part["functionCall"], let name = call["name"]?.string {
                let id = call["id"]?.string ?? "call-\(calls.count)"
                calls.append(ToolCall(id: id, name: name, arguments: call["args"] ?? [:]))
                deltas.append(.toolCall(name: name))
            }
        }
        guard let reason = candidate["finishReason"]?.string else { return deltas }
        return deltas + finish(data, stop(reason))
    }

    private mutating func finish(_ data: JSONValue, _ stop: ModelAnswer.Stop) -> [ModelDelta] {
        let usage = data["usageMetadata"]
        let whole = ModelAnswer(
            text: text, toolCalls: calls, stop: stop,
            usage: TokenUsage(
                prompt: usage?["promptTokenCount"]?.int ?? 0,
                cached: usage?["cachedContentTokenCount"]?.int ?? 0,
                completion: (usage?["candidatesTokenCount"]?.int ?? 0)
                    + (usage?["thoughtsTokenCount"]?.int ?? 0)),
            model: data["modelVersion"]?.string ?? "")
        answer = whole
        return [.finished(whole)]
    }

    private func stop(_ reason: String) -> ModelAnswer.Stop {
        switch reason {
        case "STOP": calls.isEmpty ? .end : .toolUse
        case "MAX_TOKENS": .maxTokens
        case "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII":
            .refusal("stopped for \(reason)")
        default: .other(reason)
        }
    }
}
