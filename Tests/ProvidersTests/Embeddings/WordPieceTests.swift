import Foundation
import Testing

@testable import Providers

@Suite("Word pieces")
struct WordPieceTests {
    static let small = try! WordPiece(
        vocabulary: Vocabulary(contentsOf: resource("small-f32/vocab.txt")), lowercases: true)

    @Test(
        "equal the reference tokenizer's ids with a small vocabulary",
        arguments: try ReferenceVector.read("small-f32"))
    func smallVocabulary(reference: ReferenceVector) {
        #expect(Self.small.encode(reference.text, maxTokens: 48) == reference.ids)
    }

    @Test(
        "equal the reference tokenizer's ids for fifty varied texts",
        .enabled(if: Downloaded.folder != nil, Downloaded.skipReason))
    func downloadedVocabulary() throws {
        let folder = try ModelFolder(#require(Downloaded.folder))
        let wordPiece = try WordPiece(
            vocabulary: Vocabulary(contentsOf: folder.vocabulary), lowercases: folder.lowercases)
        let references = try ReferenceVector.read(Downloaded.name)
        #expect(references.count == 50)
        for reference in references {
            let ids = wordPiece.encode(reference.text, maxTokens: folder.maxTokens)
            #expect(ids == reference.ids, "\(reference.testDescription)")
        }
    }

    @Test(
        "begin with [CLS], end with [SEP] and are never more than asked for",
        arguments: [3, 4, 10, 48])
    func truncation(maxTokens: Int) {
        let text = String(repeating: "price fell [MASK] 日本 ", count: 100)
        let whole = Self.small.encode(text, maxTokens: 10_000)
        let cut = Self.small.encode(text, maxTokens: maxTokens)
        #expect(cut.count == maxTokens)
        #expect(cut.dropLast() == whole.prefix(maxTokens - 1))
        #expect(cut.last == whole.last)
    }

    @Test("keep case and accents when the vocabulary has them")
    func cased() throws {
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "É", "##t", "et", "E"]
        let vocabulary = Vocabulary(pieces: pieces.map(\.utf8))
        let cased = try WordPiece(vocabulary: vocabulary, lowercases: false)
        let uncased = try WordPiece(vocabulary: vocabulary, lowercases: true)
        #expect(cased.encode("Ét", maxTokens: 9) == [2, 5, 6, 3])
        #expect(uncased.encode("Ét", maxTokens: 9) == [2, 7, 3])
    }

    @Test("stop reading a text of ten megabytes where the tokens end")
    func longText() {
        let text = String(repeating: "risk ", count: 2_000_000)
        let ids = Self.small.encode(text, maxTokens: 48)
        #expect(ids == Self.small.encode(String(repeating: "risk ", count: 100), maxTokens: 48))
    }

    @Test("need the special tokens in the vocabulary")
    func missingSpecial() {
        #expect(throws: EmbeddingError(.modelUnusable, "the vocabulary has no [UNK]")) {
            try WordPiece(vocabulary: Vocabulary(pieces: ["the".utf8]), lowercases: true)
        }
    }
}
