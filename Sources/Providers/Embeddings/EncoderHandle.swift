import CEncoder
import Foundation

/// Owns the C encoder of one model's weights.
///
/// Unchecked: the pointer never changes, and the encoder behind it may be used by any number of
/// threads at once (CEncoder/include/encoder.h).
final class EncoderHandle: @unchecked Sendable {
    private let encoder: OpaquePointer
    private let dimensions: Int

    init(_ folder: ModelFolder) throws(EmbeddingError) {
        let configuration = folder.configuration
        var shape = EncoderShape(
            layers: configuration.numHiddenLayers, heads: configuration.numAttentionHeads,
            hidden: configuration.hiddenSize, intermediate: configuration.intermediateSize,
            vocabulary: configuration.vocabSize,
            positions: Int32(configuration.maxPositionEmbeddings),
            types: configuration.typeVocabSize, epsilon: configuration.layerNormEps,
            pooling: folder.pooling == .cls ? ENCODER_POOLING_CLS : ENCODER_POOLING_MEAN)
        var message = [CChar](repeating: 0, count: 512)
        guard let encoder = EncoderOpen(folder.weights.path, &shape, &message, message.count) else {
            throw EmbeddingError(
                .modelUnusable, Self.text(message),
                hint: "Fetch the model again with docker/model.sh")
        }
        self.encoder = encoder
        dimensions = Int(configuration.hiddenSize)
    }

    deinit {
        EncoderClose(encoder)
    }

    /// One vector for each sequence of ids.
    func embed(_ sequences: ArraySlice<[Int32]>) throws -> [[Float]] {
        let lengths = sequences.map { Int32($0.count) }
        var vectors = [Float](repeating: 0, count: sequences.count * dimensions)
        var message = [CChar](repeating: 0, count: 512)
        guard
            EncoderEmbed(
                encoder, Array(sequences.joined()), lengths, lengths.count, &vectors, &message,
                message.count)
        else {
            throw EmbeddingError(.computation, Self.text(message))
        }
        return stride(from: 0, to: vectors.count, by: dimensions).map {
            Array(vectors[$0..<($0 + dimensions)])
        }
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
