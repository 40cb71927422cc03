import CEncoder
import Dispatch
package import Foundation
import Synchronization

/// A BERT on this machine's processor: no network, no key.
///
/// Texts are cut into batches that up to `threads` lanes take one after the other; each lane is
/// a queue of its own, so that no thread of Swift's pool waits for the arithmetic.
package final class LocalEncoder: EmbeddingModel {
    package let name: String
    package let dimensions: Int
    package let pooling: Pooling
    package let maxTokens: Int

    private let wordPiece: WordPiece
    private let weights: EncoderHandle
    private let lanes: [DispatchQueue]

    /// Opens the model of a folder; the weights are mapped, not read.
    ///
    /// - Parameter threads: texts computed at the same time, by default one a processor.
    /// - Throws: `EmbeddingError` naming the file that does not fit.
    package init(
        _ folder: ModelFolder, threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws(EmbeddingError) {
        let vocabulary = try Vocabulary(contentsOf: folder.vocabulary)
        guard vocabulary.count == Int(folder.configuration.vocabSize) else {
            throw EmbeddingError(
                .modelUnusable,
                """
                \(folder.vocabulary.path) has \(vocabulary.count) pieces, \
                config.json says \(folder.configuration.vocabSize)
                """)
        }
        name = folder.name
        dimensions = Int(folder.configuration.hiddenSize)
        pooling = folder.pooling
        maxTokens = folder.maxTokens
        wordPiece = try WordPiece(vocabulary: vocabulary, lowercases: folder.lowercases)
        weights = try EncoderHandle(folder)
        lanes = (0..<max(1, threads)).map { DispatchQueue(label: "bellwether.encoder.\($0)") }
    }

    /// Opens the preferred model at a path: a model's folder, or a folder of models.
    package static func open(
        at path: URL, threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws(EmbeddingError) -> LocalEncoder {
        try LocalEncoder(ModelFolder.choose(at: path), threads: threads)
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let sequences = try await tokenize(texts)
        let batches = Self.batches(of: sequences, lanes: lanes.count)
        let turn = Turn()
        return try await withThrowingTaskGroup(of: [(Int, [[Float]])].self) { group in
            for lane in lanes.prefix(batches.count) {
                group.addTask {
                    var done: [(Int, [[Float]])] = []
                    while let batch = turn.next(of: batches) {
                        try Task.checkCancellation()
                        let vectors = await self.run(on: lane) {
                            Result { try self.weights.embed(sequences[batch]) }
                        }
                        done.append((batch.lowerBound, try vectors.get()))
                    }
                    return done
                }
            }
            var vectors = [[Float]](repeating: [], count: texts.count)
            for try await done in group {
                for (first, rows) in done {
                    vectors.replaceSubrange(first..<(first + rows.count), with: rows)
                }
            }
            return vectors
        }
    }

    private func tokenize(_ texts: [String]) async throws -> [[Int32]] {
        var sequences: [[Int32]] = []
        for first in stride(from: 0, to: texts.count, by: 256) {
            try Task.checkCancellation()
            let part = texts[first..<min(first + 256, texts.count)]
            sequences += await run(on: lanes[0]) { part.map(self.tokens) }
        }
        return sequences
    }

    /// The ids that the model reads of a text.
    func tokens(of text: String) -> [Int32] {
        wordPiece.encode(text, maxTokens: maxTokens)
    }

    /// Cuts the sequences into runs of about equal work: full batches, and one for each lane
    /// at least when there are that many sequences.
    static func batches(of sequences: [[Int32]], lanes: Int) -> [Range<Int>] {
        let total = sequences.reduce(0) { $0 + $1.count }
        let share = min(Int(ENCODER_BATCH_TOKENS), (total + lanes - 1) / lanes)
        var batches: [Range<Int>] = []
        var first = 0
        var tokens = 0
        for (index, sequence) in sequences.enumerated() {
            if tokens > 0, tokens + sequence.count > share {
                batches.append(first..<index)
                (first, tokens) = (index, 0)
            }
            tokens += sequence.count
        }
        batches.append(first..<sequences.count)
        return batches
    }

    /// Waits for work on a queue without holding a thread of Swift's pool.
    private func run<Value: Sendable>(
        on queue: DispatchQueue, _ work: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}

/// Gives each batch to one lane.
private final class Turn: Sendable {
    private let taken = Atomic(0)

    func next(of batches: [Range<Int>]) -> Range<Int>? {
        let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < batches.count ? batches[index] : nil
    }
}
