extension JSONValue: CustomStringConvertible {
    package var description: String { text() }

    /// The shortest JSON text.
    ///
    /// - Parameter isSorted: members by name, so that equal values have equal texts.
    package func text(isSorted: Bool = false) -> String {
        var text = ""
        write(to: &text, isSorted)
        return text
    }

    private func write(to text: inout String, _ isSorted: Bool) {
        switch self {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let string): Self.write(string, to: &text)
        case .array(let items):
            text += "["
            for (place, item) in items.enumerated() {
                if place > 0 { text += "," }
                item.write(to: &text, isSorted)
            }
            text += "]"
        case .object(let object):
            let members =
                isSorted ? object.members.sorted { $0.name < $1.name } : object.members
            text += "{"
            for (place, member) in members.enumerated() {
                if place > 0 { text += "," }
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text, isSorted)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            // What ends a line for some readers is escaped, too.
            case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
