/// One record of a CSV file: its fields, where it began, and what is wrong with its form.
struct CSVRecord: Equatable, Sendable {
    /// The line of the file that the record begins on, from 1.
    let line: Int
    let fields: [Field]
    /// The bytes of the record as they stood in the file, without the line end.
    let raw: [UInt8]
    let problem: Problem?

    typealias Field = ArraySlice<UInt8>

    /// What makes a record unreadable, with the field (from 0) where that is known.
    enum Problem: Equatable, Sendable {
        case nulByte(field: Int)
        case notUTF8(field: Int)
        case textAfterQuote(field: Int)
        case quoteInField(field: Int)
        case openQuote(field: Int)
        case noLineEnd

        var field: Int? {
            switch self {
            case .nulByte(let field), .notUTF8(let field), .textAfterQuote(let field),
                .quoteInField(let field), .openQuote(let field):
                field
            case .noLineEnd: nil
            }
        }

        /// The reason as people read it.
        var reason: String {
            switch self {
            case .nulByte: "holds a NUL byte"
            case .notUTF8: "is not UTF-8"
            case .textAfterQuote: "has text after the closing quote"
            case .quoteInField: "has a quote inside a field that is not quoted"
            case .openQuote: "opens a quote that is never closed"
            case .noLineEnd: "the last line has no line end and may be cut short"
            }
        }
    }

    /// The fields as text; bytes that are no UTF-8 are shown as U+FFFD.
    var texts: [String] { fields.map { String(decoding: $0, as: UTF8.self) } }

    /// The record as it stood in the file, safe to store and show: NUL as U+2400.
    var shown: String {
        String(decoding: raw.map { $0 }, as: UTF8.self).replacing("\0", with: "\u{2400}")
    }
}
