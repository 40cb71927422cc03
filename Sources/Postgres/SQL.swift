/// One SQL statement with its bound values: `"select * from market.bar where ts >= \(bind: date)"`.
///
/// Each `\(bind:)` becomes `$1`, `$2`, ... and travels beside the text in binary form; its type is
/// the one the server infers for that place (write `\(bind: x)::bigint` where it cannot). Names of
/// tables or columns go in by `\(identifier:)`, other statements by `\(fragment:)`. There is no way
/// to put a Swift string into the text as it is, except a literal and `SQL(unchecked:)`.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The pieces of text around the values: always one more than there are values.
    private var pieces: [String]
    package private(set) var values: [any PostgresEncodable]
    /// What is sent: the pieces with `$1`, `$2`, ... between them.
    package let text: String

    package init(stringLiteral value: String) {
        self.init(unchecked: value)
    }

    package init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
        values = stringInterpolation.values
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            text += "$\(index + 1)"
            text += piece
        }
        self.text = text
    }

    /// Text that is already SQL: read from our own files, never made from input.
    package init(unchecked text: String) {
        pieces = [text]
        values = []
        self.text = text
    }

    /// The same text with other values, as many.
    package func rebound(_ values: [any PostgresEncodable]) -> SQL {
        precondition(values.count == self.values.count, "\(values.count) values for \(text)")
        var copy = self
        copy.values = values
        return copy
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces = [""]
        fileprivate var values: [any PostgresEncodable] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount + 1)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            pieces[pieces.count - 1] += literal
        }

        /// Binds a value: `$n` in the text, the value beside it.
        package mutating func appendInterpolation(bind value: some PostgresEncodable) {
            values.append(value)
            pieces.append("")
        }

        /// Binds a value or NULL. (Without this form the compiler warns of an optional.)
        package mutating func appendInterpolation<Value: PostgresEncodable>(bind value: Value?) {
            values.append(value)
            pieces.append("")
        }

        /// A name, quoted: `a"b` becomes `"a""b"`.
        package mutating func appendInterpolation(identifier name: String) {
            appendLiteral(SQL.quoted(name))
        }

        /// Another statement or part of one, with its own bound values.
        package mutating func appendInterpolation(fragment other: SQL) {
            appendLiteral(other.pieces[0])
            values += other.values
            pieces += other.pieces.dropFirst()
        }
    }

    /// A name as SQL wants it when it may hold any letter.
    package static func quoted(_ identifier: String) -> String {
        // Almost none holds one, and looking for it letter by letter is slow.
        guard identifier.utf8.contains(UInt8(ascii: "\"")) else { return "\"\(identifier)\"" }
        return "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }
}

extension SQL: CustomStringConvertible {
    /// The text without the values.
    package var description: String { text }
}
