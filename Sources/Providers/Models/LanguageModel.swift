/// A language model at some server, or a made-up one.
package protocol LanguageModel: Sendable {
    var provider: ModelProvider { get }
    /// As its provider calls it.
    var name: String { get }

    /// The whole answer; what fails for a while is tried again within the model's own limits.
    func complete(_ request: ModelRequest) async throws(ModelError) -> ModelAnswer

    /// The answer as it is written; the last piece is `.finished`. Throws `ModelError`.
    func stream(_ request: ModelRequest) -> AsyncThrowingStream<ModelDelta, any Error>
}
