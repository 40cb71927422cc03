import Foundation

/// What `config.json` says about a BERT's shape.
package struct BertConfiguration: Decodable, Sendable {
    var modelType: String
    var hiddenAct: String
    var hiddenSize: Int32
    var intermediateSize: Int32
    var layerNormEps: Float
    var maxPositionEmbeddings: Int
    var numAttentionHeads: Int32
    var numHiddenLayers: Int32
    var typeVocabSize: Int32
    var vocabSize: Int32
    var positionEmbeddingType: String?

    /// Refuses other families, which have the same field names but another arithmetic.
    func check(in path: URL) throws(EmbeddingError) {
        guard modelType == "bert", hiddenAct == "gelu",
            positionEmbeddingType ?? "absolute" == "absolute"
        else {
            throw EmbeddingError(
                .modelUnusable,
                """
                the model in \(path.path) is no BERT with absolute positions and gelu \
                (model_type \(modelType), hidden_act \(hiddenAct))
                """)
        }
        guard (1...65536).contains(maxPositionEmbeddings) else {
            throw EmbeddingError(
                .modelUnusable,
                "max_position_embeddings of the model in \(path.path) is \(maxPositionEmbeddings)")
        }
    }
}
