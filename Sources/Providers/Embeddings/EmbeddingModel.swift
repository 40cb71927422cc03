/// Turns texts into vectors whose closeness is likeness of meaning.
package protocol EmbeddingModel: Sendable {
    /// The name in `memory.model`, for example `all-MiniLM-L6-v2`.
    var name: String { get }
    /// Numbers in each vector.
    var dimensions: Int { get }
    var pooling: Pooling { get }
    /// Tokens of a text that are read, special ones included; what follows is ignored.
    var maxTokens: Int { get }

    /// One vector of Euclidean length 1 for each text, in the same order.
    ///
    /// Cancelling the task ends the work after the batch under way with `CancellationError`.
    ///
    /// - Throws: `EmbeddingError` when the model cannot answer.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

/// How the states of a text's tokens become one vector.
package enum Pooling: String, Sendable, Codable {
    /// The mean over all tokens.
    case mean
    /// The state of the first token, `[CLS]`.
    case cls
}
