import Testing

@testable import Providers

@Suite("Fake embedding model")
struct FakeEmbeddingModelTests {
    @Test("gives texts with shared words closer vectors, always the same, of length 1")
    func likeness() async throws {
        let model = FakeEmbeddingModel(dimensions: 64)
        let vectors = try await model.embed(["price fell fast", "Price fell.", "new playbook", ""])
        func similarity(_ left: Int, _ right: Int) -> Float {
            zip(vectors[left], vectors[right]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(vectors.allSatisfy { $0.count == 64 })
        #expect((0..<4).allSatisfy { abs(similarity($0, $0) - 1) < 1e-6 })
        #expect(similarity(0, 1) > similarity(0, 2))
        #expect(
            try await FakeEmbeddingModel(dimensions: 64).embed(["price fell fast"])[0] == vectors[0]
        )
    }
}
