/// A model without a file, for tests: texts that share words get close vectors.
///
/// Each word adds 1 at the place its FNV-1a hash chooses. Equal in every process and run.
package struct FakeEmbeddingModel: EmbeddingModel {
    package let name: String
    package let dimensions: Int
    package let pooling = Pooling.mean
    package let maxTokens = 256

    package init(name: String = "fake", dimensions: Int = 16) {
        precondition(dimensions > 0)
        self.name = name
        self.dimensions = dimensions
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        try Task.checkCancellation()
        return texts.map(vector)
    }

    private func vector(of text: String) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        for word in words.prefix(maxTokens) {
            // Fowler, Noll and Vo's hash, 64 bits (RFC 9923).
            let hash = word.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            }
            vector[Int(hash % UInt64(dimensions))] += 1
        }
        if words.isEmpty { vector[0] = 1 }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}
