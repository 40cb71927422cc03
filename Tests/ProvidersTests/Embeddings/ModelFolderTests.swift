import Foundation
import Testing

@testable import Providers

@Suite("Model folder")
struct ModelFolderTests {
    @Test("is bge-small-en-v1.5 where there is one, with the first token's state")
    func preference() throws {
        let minilm = try ModelCopy(of: resource("small-f32"), name: "all-MiniLM-L6-v2")
        let models = minilm.path.deletingLastPathComponent()
        #expect(try ModelFolder.choose(at: models).name == "all-MiniLM-L6-v2")

        let bge = models.appending(component: "bge-small-en-v1.5")
        try FileManager.default.copyItem(at: minilm.path, to: bge)
        try FileManager.default.removeItem(at: bge.appending(component: "1_Pooling"))
        let chosen = try ModelFolder.choose(at: models)
        #expect(chosen.name == "bge-small-en-v1.5")
        #expect(chosen.pooling == .cls)
        #expect(try ModelFolder.choose(at: minilm.path).name == "all-MiniLM-L6-v2")
    }

    @Test("that is missing says what to run")
    func missing() {
        let error = #expect(throws: EmbeddingError.self) {
            try ModelFolder.choose(at: URL(filePath: "/nowhere/models"))
        }
        #expect(error?.code == .modelMissing)
        #expect(error?.message == "there is no text encoder in /nowhere/models")
        #expect(error?.hint?.hasPrefix("Run docker/model.sh") == true)
    }

    @Test("without a file names it", arguments: ["model.safetensors", "vocab.txt"])
    func incomplete(file: String) throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try FileManager.default.removeItem(at: copy.path.appending(component: file))
        let error = #expect(throws: EmbeddingError.self) { try ModelFolder(copy.path) }
        #expect(error?.code == .modelUnusable)
        #expect(error?.message.hasSuffix("has no \(file)") == true)
    }

    @Test(
        "of another kind is refused",
        arguments: [
            ("config.json", #""bert""#, #""roberta""#, "is no BERT"),
            ("config.json", #""gelu""#, #""relu""#, "is no BERT"),
            ("config.json", #""hidden_size""#, #""size""#, "cannot read"),
            (
                "config.json", #""max_position_embeddings": 64"#, #""max_position_embeddings": 0"#,
                "max_position_embeddings of the model"
            ),
            (
                "1_Pooling/config.json", #""pooling_mode_mean_tokens": true"#, #""other": true"#,
                "pools neither"
            ),
            ("sentence_bert_config.json", "48", "2", "max_seq_length"),
        ])
    func otherKind(file: String, old: String, new: String, words: String) throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        let text = try String(contentsOf: copy.path.appending(path: file), encoding: .utf8)
        try #require(text.contains(old))
        try copy.write(text.replacingOccurrences(of: old, with: new), to: file)
        let error = #expect(throws: EmbeddingError.self) { try ModelFolder(copy.path) }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test("reads the positions' number as limit where nothing else is said")
    func withoutSentenceConfiguration() throws {
        let copy = try ModelCopy(of: resource("small-f32"))
        try FileManager.default.removeItem(
            at: copy.path.appending(component: "sentence_bert_config.json"))
        #expect(try ModelFolder(copy.path).maxTokens == 64)
    }
}
