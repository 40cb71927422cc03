/// What sql/install.sql lists: files to run at each install and migrations to run once, in order.
///
/// The same file is read by psql, so it may hold only what both understand: comments, `\ir FILE`, and
/// `\set migration NAME` followed by `\ir migrations/once.psql`.
struct InstallList: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        /// A file to run at each install, relative to the list.
        case file(String)
        /// A migration to run once: `0001_tenant` is migrations/0001_tenant.sql.
        case migration(String)
    }

    let steps: [Step]

    /// - Throws: `ProgramError` with the line that is not understood.
    init(_ text: String, path: String = "install.sql") throws(ProgramError) {
        var steps: [Step] = []
        var migration: (name: String, line: Int)?
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("--") else { continue }
            let place = "\(path):\(number)"
            switch (first, words.count) {
            case ("\\set", 3) where words[1] == "migration":
                if let waiting = migration { throw Self.unused(waiting, path) }
                migration = (try Self.checkedName(words[2], place), number)
            case ("\\ir", 2) where words[1] == "migrations/once.psql":
                guard let name = migration?.name else {
                    throw ProgramError(
                        .schema, "\(place): no migration is named above",
                        hint: "Write '\\set migration NAME' in the line before.")
                }
                steps.append(.migration(name))
                migration = nil
            case ("\\ir", 2):
                steps.append(.file(try Self.checkedPath(words[1], place)))
            default:
                throw ProgramError(
                    .schema, "\(place): '\(line)' is not understood",
                    hint: "The list holds comments, '\\ir FILE' and '\\set migration NAME' only.")
            }
        }
        if let waiting = migration { throw Self.unused(waiting, path) }
        if let twice = Self.repeated(steps) {
            throw ProgramError(.schema, "\(path): migration \(twice) is listed twice")
        }
        self.steps = steps
    }

    var migrations: [String] {
        steps.compactMap { step in
            if case .migration(let name) = step { name } else { nil }
        }
    }

    private static func unused(_ migration: (name: String, line: Int), _ path: String)
        -> ProgramError
    {
        ProgramError(
            .schema, "\(path):\(migration.line): migration \(migration.name) is named but not run",
            hint: "Write '\\ir migrations/once.psql' in the line after.")
    }

    private static func checkedName(_ name: String, _ place: String) throws(ProgramError) -> String
    {
        guard name.wholeMatch(of: /[0-9]{4}_[a-z0-9_]+/) != nil else {
            throw ProgramError(
                .schema, "\(place): '\(name)' is no name of a migration",
                hint: "Four digits and lower-case words: 0001_tenant.")
        }
        return name
    }

    private static func checkedPath(_ text: String, _ place: String) throws(ProgramError) -> String
    {
        guard text.wholeMatch(of: /[a-z0-9_]+(\/[a-z0-9_]+)*\.sql/) != nil else {
            throw ProgramError(
                .schema, "\(place): '\(text)' is no file below the list",
                hint: "For example 20_market/snapshot.sql.")
        }
        return text
    }

    private static func repeated(_ steps: [Step]) -> String? {
        var seen: Set<String> = []
        for case .migration(let name) in steps where !seen.insert(name).inserted { return name }
        return nil
    }
}
