import Foundation

/// Turns text into the token ids of a BERT: `[CLS]`, word pieces, `[SEP]`.
///
/// Each word is cut into the longest pieces from the left; one that cannot be cut is `[UNK]`.
/// Source: Wu and others, "Google's Neural Machine Translation System" (2016), section 4.1.
struct WordPiece: Sendable {
    /// Longer words become `[UNK]`, as in BERT.
    static let maxWordCharacters = 100

    let vocabulary: Vocabulary
    let lowercases: Bool
    /// Special tokens that count as such when a text spells them out.
    private let special: [(name: String, id: Int32)]
    private let unknown: Int32
    private let first: Int32
    private let last: Int32

    init(vocabulary: Vocabulary, lowercases: Bool) throws(EmbeddingError) {
        func id(_ name: String) throws(EmbeddingError) -> Int32 {
            if let id = vocabulary.id(of: name) { return id }
            throw EmbeddingError(.modelUnusable, "the vocabulary has no \(name)")
        }
        self.vocabulary = vocabulary
        self.lowercases = lowercases
        unknown = try id("[UNK]")
        first = try id("[CLS]")
        last = try id("[SEP]")
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { name in
            vocabulary.id(of: name).map { (name, $0) }
        }
    }

    /// The ids of a text, `maxTokens` of them at most, the first and last one included.
    func encode(_ text: String, maxTokens: Int) -> [Int32] {
        let limit = maxTokens - 1
        var ids = [first]
        ids.reserveCapacity(min(maxTokens, text.utf8.count / 3 + 8))
        var basic = BasicTokenizer(lowercases: lowercases)
        var rest = text[...]
        while ids.count < limit {
            let mark = nextSpecial(in: rest)
            _ = basic.forEachWord(in: rest[..<(mark?.range.lowerBound ?? rest.endIndex)]) { word in
                appendPieces(of: word, to: &ids)
                return ids.count < limit
            }
            guard let mark else { break }
            ids.append(mark.id)
            rest = rest[mark.range.upperBound...]
        }
        if ids.count > limit { ids.removeLast(ids.count - limit) }
        ids.append(last)
        return ids
    }

    private func appendPieces(of word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        guard
            word.count <= Self.maxWordCharacters
                || Self.characters(in: word) <= Self.maxWordCharacters
        else {
            ids.append(unknown)
            return
        }
        let before = ids.count
        var start = 0
        while start < word.count {
            let root = start == 0 ? Vocabulary.wordStart : Vocabulary.continuation
            guard let piece = vocabulary.longest(in: word, from: start, under: root) else {
                ids.removeLast(ids.count - before)
                ids.append(unknown)
                return
            }
            ids.append(piece.id)
            start = piece.end
        }
    }

    /// Unicode scalars in valid UTF-8: the bytes that do not continue one.
    private static func characters(in word: UnsafeBufferPointer<UInt8>) -> Int {
        word.reduce(0) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
    }

    /// The first special token that a text spells out.
    private func nextSpecial(
        in text: Substring
    ) -> (id: Int32, range: Range<String.Index>)? {
        let bytes = text.utf8
        var from = bytes.startIndex
        while let bracket = bytes[from...].firstIndex(of: UInt8(ascii: "[")) {
            for (name, id) in special where bytes[bracket...].starts(with: name.utf8) {
                return (id, bracket..<bytes.index(bracket, offsetBy: name.utf8.count))
            }
            from = bytes.index(after: bracket)
        }
        return nil
    }
}
