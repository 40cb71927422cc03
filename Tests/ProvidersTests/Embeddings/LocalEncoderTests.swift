import Foundation
import Testing

@testable import Providers

@Suite("Local encoder")
struct LocalEncoderTests {
    @Test(
        "equals the reference with mean pooling and with the first token, F32 and F16",
        arguments: [("small-f32", Pooling.mean), ("small-f16", .cls)])
    func smallModel(name: String, pooling: Pooling) async throws {
        let encoder = try LocalEncoder(ModelFolder(resource(name)), threads: 2)
        #expect(encoder.pooling == pooling)
        #expect(encoder.dimensions == 32)
        try await expectEqual(encoder, to: ReferenceVector.read(name), within: 2e-6)
    }

    @Test(
        "equals the reference for fifty texts of all-MiniLM-L6-v2",
        .enabled(if: Downloaded.folder != nil, Downloaded.skipReason))
    func downloadedModel() async throws {
        let encoder = try LocalEncoder(ModelFolder(#require(Downloaded.folder)))
        #expect(encoder.dimensions == 384)
        #expect(encoder.maxTokens == 256)
        #expect(encoder.pooling == .mean)
        try await expectEqual(encoder, to: ReferenceVector.read(Downloaded.name), within: 1e-6)
    }

    @Test(
        "equals the reference when the same weights pool the first token",
        .enabled(if: Downloaded.folder != nil, Downloaded.skipReason))
    func downloadedModelByFirstToken() async throws {
        let copy = try ModelCopy(of: #require(Downloaded.folder))
        try copy.write(#"{"pooling_mode_cls_token": true}"#, to: "1_Pooling/config.json")
        let encoder = try LocalEncoder(ModelFolder(copy.path))
        let references = try ReferenceVector.read(Downloaded.name).filter { $0.vector(.cls) != nil }
        #expect(references.count == 6)
        try await expectEqual(encoder, to: references, within: 1e-6)
    }

    @Test("gives each text the same vector alone, in company and from several tasks at once")
    func order() async throws {
        let encoder = try LocalEncoder(ModelFolder(resource("small-f32")), threads: 3)
        let texts = (0..<200).map {
            "price \($0) fell " + String(repeating: "risk ", count: $0 % 50)
        }
        let together = try await encoder.embed(texts)
        try await withThrowingTaskGroup { group in
            for (text, vector) in zip(texts, together) {
                group.addTask {
                    let alone = try await encoder.embed([text])
                    #expect(largestDifference(alone[0], vector) < 1e-6)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("gives nothing for no texts and a vector of length 1 for an empty one")
    func empty() async throws {
        let encoder = try LocalEncoder(ModelFolder(resource("small-f32")))
        #expect(try await encoder.embed([]).isEmpty)
        let vector = try #require(try await encoder.embed([""]).first)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }

    @Test("ends with CancellationError, before all batches are done")
    func cancellation() async throws {
        let encoder = try LocalEncoder(ModelFolder(resource("small-f32")), threads: 1)
        let texts = [String](repeating: String(repeating: "risk ", count: 60), count: 5_000)
        let task = Task { try await encoder.embed(texts) }
        // On the one lane this text comes after a part of the others and long before the last.
        _ = try await encoder.embed(["price"])
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(
        "cuts texts into batches that keep order, leave nothing out and keep all lanes busy",
        arguments: [1, 2, 8], [1, 2, 7, 100])
    func batches(lanes: Int, count: Int) {
        let sequences = (0..<count).map { [Int32](repeating: 1, count: 2 + $0 * 37 % 256) }
        let batches = LocalEncoder.batches(of: sequences, lanes: lanes)
        #expect(batches.flatMap(Array.init) == Array(0..<count))
        #expect(batches.allSatisfy { !$0.isEmpty })
        #expect(batches.count >= min(count, lanes) / 2)
        for batch in batches where batch.count > 1 {
            #expect(sequences[batch].reduce(0) { $0 + $1.count } <= 384)
        }
    }

    private func expectEqual(
        _ encoder: LocalEncoder, to references: [ReferenceVector], within tolerance: Float
    ) async throws {
        let vectors = try await encoder.embed(references.map(\.text))
        #expect(vectors.count == references.count)
        for (vector, reference) in zip(vectors, references) {
            let expected = try #require(reference.vector(encoder.pooling))
            #expect(
                largestDifference(vector, expected) <= tolerance, "\(reference.testDescription)")
        }
    }
}
