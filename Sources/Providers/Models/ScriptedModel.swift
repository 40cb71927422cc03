internal import Synchronization

/// A made-up language model: says what its script says, and keeps what it was asked.
package final class ScriptedModel: LanguageModel {
    package typealias Script =
        @Sendable (ModelRequest, _ call: Int) throws(ModelError) -> ModelAnswer

    package let provider: ModelProvider
    package let name: String
    private let script: Script
    private let asked = Mutex<[ModelRequest]>([])

    /// - Parameter script: gets each request with its number, from 0.
    package init(_ name: String, provider: ModelProvider? = nil, script: @escaping Script) {
        self.name = name
        self.provider = provider ?? ModelProvider(serving: name)
        self.script = script
    }

    /// Says these texts one after another, and the last one ever after.
    package convenience init(_ name: String, saying texts: String...) {
        self.init(name) { _, call in
            ModelAnswer(
                text: texts[min(call, texts.count - 1)],
                usage: TokenUsage(prompt: 100, completion: 10), model: name)
        }
    }

    /// What it was asked so far.
    package var requests: [ModelRequest] { asked.withLock { $0 } }

    package func complete(_ request: ModelRequest) async throws(ModelError) -> ModelAnswer {
        let call = asked.withLock { asked in
            asked.append(request)
            return asked.count - 1
        }
        return try script(request, call)
    }

    package func stream(_ request: ModelRequest) -> AsyncThrowingStream<ModelDelta, any Error> {
        AsyncThrowingStream { continuation in
            // Owned by the stream: it ends at once.
            Task {
                do throws(ModelError) {
                    let answer = try await complete(request)
                    for word in answer.text { continuation.yield(.text(String(word))) }
                    continuation.yield(.finished(answer))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }
}
