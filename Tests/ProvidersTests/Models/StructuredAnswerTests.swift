import Testing

@testable import Providers

@Suite("Structured answers") struct StructuredAnswerTests {
    private func request() throws -> ModelRequest {
        ModelRequest(
            user: "buy or sell?",
            form: AnswerForm(
                name: "signal",
                schema: try JSONSchema([
                    "type": "object", "additionalProperties": false,
                    "properties": ["action": ["enum": ["buy", "sell"]]], "required": ["action"],
                ])))
    }

    @Test(
        "what fits is taken as it is",
        arguments: [
            #"{"action": "buy"}"#, " {\"action\":\"buy\"}\n",
            "```json\n{\"action\": \"buy\"}\n```\n",
        ])
    func fits(text: String) async throws {
        let model = ScriptedModel("m", saying: text)
        let answer = try await model.structured(request())
        #expect(answer.value == ["action": "buy"] && !answer.isRepaired && answer.attempts == 1)
    }

    @Test("what does not is shown once with what is wrong, and its repair is paid for, too")
    func repaired() async throws {
        let model = ScriptedModel("m", saying: #"{"action": "hold"}"#, #"{"action": "sell"}"#)
        let answer = try await model.structured(request())
        #expect(answer.value == ["action": "sell"] && answer.isRepaired && answer.attempts == 2)
        #expect(answer.usage == TokenUsage(prompt: 200, completion: 20))
        let second = try #require(model.requests.last)
        #expect(second.messages.map(\.role) == [.user, .assistant, .user])
        #expect(
            second.messages.last?.text.contains(#"$.action must be one of "buy", "sell""#) == true)
    }

    @Test(
        "what is wrong twice fails, typed, with what was paid",
        arguments: [
            "buy!", "[]", #"{"action": "hold"}"#, #"{"action": "buy", "x": 1}"#, "NaN", "",
            #"{"action": "buy"} {"action": "sell"}"#, #"{"action": "buy", "action": "sell"}"#,
            "```json\n{\"action\": \"buy\"}\n```\nbut rather sell",
        ])
    func invalid(text: String) async throws {
        let model = ScriptedModel("m", saying: text)
        let error = await #expect(throws: ModelError.self) {
            try await model.structured(request())
        }
        #expect(error?.code == .invalidAnswer && error?.outcome == "invalid")
        #expect(error?.usage == TokenUsage(prompt: 200, completion: 20))
        #expect(model.requests.count == 2)
    }

    @Test("a refusal and an answer that was cut off are not mended")
    func refused() async throws {
        for (stop, code) in [
            (ModelAnswer.Stop.refusal("no"), ModelError.Code.refused), (.maxTokens, .truncated),
        ] {
            let model = ScriptedModel("m") { _, _ in
                ModelAnswer(text: #"{"action": "buy"}"#, stop: stop, model: "m")
            }
            let error = await #expect(throws: ModelError.self) {
                try await model.structured(request())
            }
            #expect(error?.code == code)
            #expect(model.requests.count == 1)
        }
    }
}
