import Foundation
import Testing

@testable import Providers

/// Weights that are not what they should be; random damage: Tests/CEncoderTests.
@Suite("Encoder weights")
struct EncoderWeightsTests {
    @Test(
        "cut anywhere are refused with a sentence",
        arguments: [0, 1, 7, 8, 9, 100, 3_000, 20_000, 97_791])
    func truncated(bytes: Int) throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try copy.change("model.safetensors") { $0 = $0.prefix(bytes) }
        expectRefusal(copy)
    }

    @Test(
        "with a changed header are refused with a sentence",
        arguments: [
            ("{\"", "[\"", "not a JSON object"),
            ("\"F32\"", "\"I32\"", "neither F32, F16 nor BF16"),
            ("\"F32\"", "\"F16\"", "damaged or lies outside"),
            ("[2, 32]", "[32, 2]", "other sizes than config.json"),
            ("[2, 32]", "[9, 32]", "damaged or lies outside"),
            ("layer.1.output.dense.bias", "layer.1.output.dense.bits", "no tensor"),
            ("layer.1.output.dense.bias", "layer.0.output.dense.bias", "twice"),
        ])
    func changed(old: String, new: String, words: String) throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try copy.change("model.safetensors") { data in
            let range = data.firstRange(of: Data(old.utf8))!
            data.replaceSubrange(range, with: Data(new.utf8))
        }
        #expect(expectRefusal(copy)?.contains(words) == true)
    }

    @Test("whose header claims a length beyond the file are refused")
    func hostileLength() throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try copy.change("model.safetensors") { data in
            data.replaceSubrange(0..<8, with: [UInt8](repeating: 0xff, count: 8))
        }
        #expect(expectRefusal(copy)?.contains("truncated or no safetensors file") == true)
    }

    @Test("with a vocabulary of another size are refused")
    func otherVocabulary() throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try copy.change("vocab.txt") { $0.append(contentsOf: Data("more\n".utf8)) }
        #expect(expectRefusal(copy)?.contains("config.json says") == true)
    }

    @Test("that hold no numbers make no vector")
    func notANumber() async throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try copy.change("model.safetensors") { data in
            data.replaceSubrange(
                (data.count - 40_000)..<data.count, with: [UInt8](repeating: 0xff, count: 40_000))
        }
        let encoder = try LocalEncoder(ModelFolder(copy.path))
        let error = await #expect(throws: EmbeddingError.self) {
            try await encoder.embed(["price fell"])
        }
        #expect(error?.code == .computation)
    }

    /// Expects that the copy cannot be opened; returns the message.
    @discardableResult
    private func expectRefusal(_ copy: ModelCopy) -> String? {
        let error = #expect(throws: EmbeddingError.self) {
            try LocalEncoder(ModelFolder(copy.path))
        }
        #expect(error?.code == .modelUnusable)
        return error?.message
    }
}
