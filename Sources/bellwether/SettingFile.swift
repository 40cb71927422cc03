/// A file of settings: lines of `key = value`, `#` starts a comment line, quotes are optional.
struct SettingFile: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let text: String
        let line: Int
    }

    let path: String
    let entries: [SettingKey: Entry]

    /// - Throws: `ProgramError` with file and line: not a setting, unknown or repeated key.
    init(path: String, text: String) throws(ProgramError) {
        var entries: [SettingKey: Entry] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            guard let (key, value) = try Self.entry(line, at: "\(path):\(number)") else { continue }
            if let earlier = entries[key] {
                throw ProgramError(
                    .configuration,
                    "\(path):\(number): \(key.rawValue) was set in line \(earlier.line) already")
            }
            entries[key] = Entry(text: value, line: number)
        }
        self.path = path
        self.entries = entries
    }

    private static func entry(
        _ line: Substring, at place: String
    ) throws(ProgramError) -> (SettingKey, String)? {
        let text = trim(line)
        if text.isEmpty || text.hasPrefix("#") { return nil }
        guard let equals = text.firstIndex(of: "=") else {
            throw ProgramError(
                .configuration, "\(place): a line must read 'key = value'",
                hint: "A comment starts with #.")
        }
        let name = String(trim(text[..<equals]))
        guard let key = SettingKey(rawValue: name) else {
            let names = SettingKey.allCases.map(\.rawValue)
            let nearest = Suggestion.nearest(to: name, in: names)
            throw ProgramError(
                .configuration, "\(place): there is no setting '\(name)'",
                hint: nearest.map { "Did you mean '\($0)'?" }
                    ?? "Settings: \(names.joined(separator: ", ")).")
        }
        return (key, String(unquote(trim(text[text.index(after: equals)...]))))
    }

    private static func trim(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
        var rest = text.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }

    private static func unquote(_ text: Substring) -> Substring {
        guard text.count >= 2, let first = text.first, first == "\"" || first == "'",
            text.last == first
        else { return text }
        return text.dropFirst().dropLast()
    }
}
