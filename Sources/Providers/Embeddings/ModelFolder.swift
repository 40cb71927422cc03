package import Foundation

/// A folder with a BERT's files as Hugging Face keeps them, read and checked but for the weights.
package struct ModelFolder: Sendable {
    /// The folder's own name: the model's name everywhere else.
    package let name: String
    package let path: URL
    package let configuration: BertConfiguration
    package let pooling: Pooling
    /// Tokens of a text that are read, special ones included.
    package let maxTokens: Int
    /// Whether the vocabulary knows lower case only.
    package let lowercases: Bool

    package var weights: URL { path.appending(component: "model.safetensors") }
    package var vocabulary: URL { path.appending(component: "vocab.txt") }

    /// Models by preference: the first that is there is taken.
    package static let preferred = ["bge-small-en-v1.5", "all-MiniLM-L6-v2"]

    /// Reads the folder's descriptions and makes sure that weights and vocabulary are there.
    ///
    /// - Throws: `EmbeddingError` naming the file that is missing or wrong.
    package init(_ path: URL) throws(EmbeddingError) {
        self.path = path
        name = path.lastPathComponent
        configuration = try Self.read(BertConfiguration.self, "config.json", in: path)
        try configuration.check(in: path)
        // Absent when only the BERT itself was fetched. Sentence Transformers then takes the
        // mean; the model card of the bge family asks for the first token.
        let pooling = try Self.readIfPresent(
            PoolingConfiguration.self, "1_Pooling/config.json", in: path)
        self.pooling = try pooling?.pooling(in: path) ?? (name.hasPrefix("bge-") ? .cls : .mean)
        let sentence = try Self.readIfPresent(
            SentenceConfiguration.self, "sentence_bert_config.json", in: path)
        maxTokens = min(
            sentence?.maxSeqLength ?? configuration.maxPositionEmbeddings,
            configuration.maxPositionEmbeddings)
        let tokenizer = try Self.readIfPresent(
            TokenizerConfiguration.self, "tokenizer_config.json", in: path)
        lowercases = tokenizer?.doLowerCase ?? true
        for file in [weights, vocabulary] where !Self.exists(file) {
            throw EmbeddingError(
                .modelUnusable, "the model folder \(path.path) has no \(file.lastPathComponent)",
                hint: "It must hold config.json, model.safetensors and vocab.txt")
        }
        guard maxTokens > 2 else {
            throw EmbeddingError(
                .modelUnusable, "max_seq_length of the model in \(path.path) is \(maxTokens)")
        }
    }

    /// The model at a path: the folder of one model, or a folder of such folders.
    ///
    /// - Throws: `EmbeddingError` with code `modelMissing`, saying what to run, when none is there.
    package static func choose(at path: URL) throws(EmbeddingError) -> ModelFolder {
        if exists(path.appending(component: "config.json")) {
            return try ModelFolder(path)
        }
        for name in preferred {
            let folder = path.appending(component: name)
            if exists(folder) { return try ModelFolder(folder) }
        }
        throw EmbeddingError(
            .modelMissing, "there is no text encoder in \(path.path)",
            hint: """
                Run docker/model.sh to fetch all-MiniLM-L6-v2, or set BELLWETHER_MODEL_PATH to a \
                folder with config.json, model.safetensors and vocab.txt
                """)
    }

    private static func exists(_ file: URL) -> Bool {
        FileManager.default.fileExists(atPath: file.path)
    }

    private static func readIfPresent<Value: Decodable>(
        _ type: Value.Type, _ file: String, in path: URL
    ) throws(EmbeddingError) -> Value? {
        exists(path.appending(path: file)) ? try read(type, file, in: path) : nil
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ file: String, in path: URL
    ) throws(EmbeddingError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(contentsOf: path.appending(path: file)))
        } catch {
            throw EmbeddingError(
                .modelUnusable, "cannot read \(path.appending(path: file).path): \(error)")
        }
    }
}

/// What `sentence_bert_config.json` says.
private struct SentenceConfiguration: Decodable {
    var maxSeqLength: Int?
}

/// What `tokenizer_config.json` says.
private struct TokenizerConfiguration: Decodable {
    var doLowerCase: Bool?
}

/// What `1_Pooling/config.json` says.
private struct PoolingConfiguration: Decodable {
    var poolingModeClsToken: Bool?
    var poolingModeMeanTokens: Bool?

    func pooling(in path: URL) throws(EmbeddingError) -> Pooling {
        switch (poolingModeClsToken ?? false, poolingModeMeanTokens ?? false) {
        case (true, false): return .cls
        case (false, true): return .mean
        default:
            throw EmbeddingError(
                .modelUnusable, "the model in \(path.path) pools neither by mean nor by first token"
            )
        }
    }
}
