import Foundation

/// Splits text into the words that word pieces are looked up for, as BERT does.
///
/// Control characters go, Chinese characters and punctuation stand alone, and without case also
/// accents go (canonical decomposition, then marks dropped) and letters become small. Source:
/// Devlin and others, "BERT", google-research/bert, tokenization.py, class BasicTokenizer.
struct BasicTokenizer {
    let lowercases: Bool
    private var word: [UInt8] = []
    private var isAscii = true

    init(lowercases: Bool) {
        self.lowercases = lowercases
        word.reserveCapacity(64)
    }

    /// Calls `body` with the UTF-8 of each word until it returns false; returns whether it never did.
    mutating func forEachWord(
        in text: Substring, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        word.removeAll(keepingCapacity: true)
        isAscii = true
        for scalar in text.unicodeScalars {
            let goesOn = scalar.isASCII ? take(UInt8(scalar.value), body) : take(scalar, body)
            guard goesOn else { return false }
        }
        return finishWord(body)
    }

    private mutating func take(
        _ byte: UInt8, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            word.append(byte)
            return true
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            word.append(lowercases ? byte | 0x20 : byte)
            return true
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            return finishWord(body)
        case 0..<0x20, 0x7f:
            return true
        default:
            return finishWord(body)
                && withUnsafePointer(to: byte) {
                    body(UnsafeBufferPointer(start: $0, count: 1))
                }
        }
    }

    private mutating func take(
        _ scalar: Unicode.Scalar, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        if scalar.isChinese {
            guard finishWord(body) else { return false }
            append(scalar)
            return finishWord(body)
        }
        if scalar.properties.isWhitespace && scalar.value != 0x85 {
            return finishWord(body)
        }
        if !scalar.isDropped {
            append(scalar)
        }
        return true
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        word.append(contentsOf: UTF8.encode(scalar)!)
        isAscii = false
    }

    /// Hands out the word gathered so far, if there is one.
    private mutating func finishWord(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        guard !word.isEmpty else { return true }
        let goesOn = isAscii ? word.withUnsafeBufferPointer(body) : splitWord(body)
        word.removeAll(keepingCapacity: true)
        isAscii = true
        return goesOn
    }

    /// The same for a word beyond ASCII, where marks, case and punctuation need Unicode's tables.
    private func splitWord(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        var text = String(decoding: word, as: UTF8.self)
        if lowercases { text = text.decomposedStringWithCanonicalMapping }
        var piece: [UInt8] = []
        func finishPiece() -> Bool {
            defer { piece.removeAll(keepingCapacity: true) }
            return piece.isEmpty || piece.withUnsafeBufferPointer(body)
        }
        for scalar in text.unicodeScalars {
            if lowercases && scalar.knownCategory == .nonspacingMark { continue }
            let isAlone = scalar.isPunctuation
            if isAlone, !finishPiece() { return false }
            if lowercases {
                piece.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            } else {
                piece.append(contentsOf: UTF8.encode(scalar)!)
            }
            if isAlone, !finishPiece() { return false }
        }
        return finishPiece()
    }
}

extension Unicode.Scalar {
    /// The general category as far as the reference tokenizer knows it: its tables (the Rust
    /// package unicode_categories) end with Unicode 8, later characters are of no category. Of all
    /// scalars seven differ still: U+166D, 1734, 1885, 1886, A9BD, 111C9, 1171E, reclassified since.
    fileprivate var knownCategory: Unicode.GeneralCategory {
        guard let age = properties.age, age.major <= 8 else { return .unassigned }
        return properties.generalCategory
    }

    /// Control, format and private characters and the replacement character.
    fileprivate var isDropped: Bool {
        switch knownCategory {
        case .control, .format, .privateUse: true
        default: value == 0xfffd
        }
    }

    /// Han ideographs, the blocks that BERT lists.
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f,
            0x2b740...0x2b81f, 0x2b920...0x2ceaf, 0xf900...0xfaff, 0x2f800...0x2fa1f:
            true
        default: false
        }
    }

    /// Unicode's punctuation, and in ASCII every character that is no letter, digit or space.
    fileprivate var isPunctuation: Bool {
        switch value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch knownCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
