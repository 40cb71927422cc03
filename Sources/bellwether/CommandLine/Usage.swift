/// The words for people: help pages and what is wrong with a command line.
enum Usage {
    private static let width = 92

    /// The help page of the last command of the path.
    static func help(_ path: [Command]) -> String {
        let command = path[path.count - 1]
        let name = path.map(\.name).joined(separator: " ")
        var page = "\(name): \(command.summary)\n\nUsage: \(synopsis(name, command))\n"
        if !command.discussion.isEmpty {
            page += "\n" + wrap(command.discussion, indent: 0) + "\n"
        }
        page += section("Commands", command.subcommands.map { ($0.name, $0.summary) })
        page += section("Arguments", command.positionals.map { ($0.name, $0.help) })
        page += section(path.count == 1 ? "Options of every command" : "Options", rows(command))
        page += section("Examples", command.examples.map { ($0.line, $0.meaning) })
        if path.count == 1 {
            let codes = ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }
            page += section("Exit codes", codes)
        }
        if !command.subcommands.isEmpty {
            page += "\nMore: \(name) COMMAND --help\n"
        } else if path.count > 1 {
            page += "\nOptions of every command: \(path[0].name) --help\n"
        }
        return page
    }

    /// One sentence on what is wrong, and the way to more.
    static func text(_ error: UsageError, program: String = "bellwether") -> String {
        if case .of(let path, let inner) = error {
            return sentence(inner) + "\nSee: \(path.joined(separator: " ")) --help"
        }
        return sentence(error) + "\nSee: \(program) --help"
    }

    private static func sentence(_ error: UsageError) -> String {
        switch error {
        case .unknownCommand(let name, let nearest):
            "there is no command '\(name)'" + meant(nearest)
        case .missingCommand: "a command is missing"
        case .unknownOption(let name, let nearest):
            "there is no option '\(name)'" + meant(nearest)
        case .missingOption(let name): "option \(name) is missing"
        case .missingValue(let name): "option \(name) needs a value"
        case .unwantedValue(let name): "option \(name) takes no value"
        case .repeatedOption(let name): "option \(name) is given twice"
        case .invalidValue(let option, let text, let wanted, let nearest):
            "option \(option) cannot be '\(text)': it takes \(wanted)" + meant(nearest)
        case .missingArgument(let name): "argument \(name) is missing"
        case .unwantedArgument(let text): "'\(text)' is one argument too many"
        case .of(_, let inner): sentence(inner)
        }
    }

    private static func meant(_ nearest: String?) -> String {
        nearest.map { "; did you mean '\($0)'?" } ?? ""
    }

    private static func synopsis(_ name: String, _ command: Command) -> String {
        var parts = [name]
        parts += command.options.filter(\.isRequired).map { "--\($0.name) \($0.placeholder ?? "")" }
        if !command.options.allSatisfy(\.isRequired) { parts.append("[OPTIONS]") }
        if !command.subcommands.isEmpty { parts.append("COMMAND") }
        for place in command.positionals {
            let text = place.name + (place.isRepeated ? "..." : "")
            parts.append(place.isRequired ? text : "[\(text)]")
        }
        return parts.joined(separator: " ")
    }

    private static func rows(_ command: Command) -> [(String, String)] {
        command.options.map { option in
            var left = option.short.map { "-\($0), " } ?? ""
            left += "--\(option.name)" + (option.placeholder.map { " \($0)" } ?? "")
            var notes: [String] = []
            if !option.choices.isEmpty { notes.append(option.choices.joined(separator: " | ")) }
            if option.isRequired { notes.append("required") }
            if option.isRepeated { notes.append("may be repeated") }
            if let text = option.defaultText { notes.append("default: \(text)") }
            let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
            return (left, option.help + note)
        } + [("-h, --help", "Show this page")]
    }

    private static func section(_ title: String, _ rows: [(String, String)]) -> String {
        if rows.isEmpty { return "" }
        let column = min(30, (rows.map(\.0.count).max() ?? 0) + 4)
        let lines = rows.map { left, right in
            let start = "  " + left
            let text = wrap(right, indent: column)
            if start.count + 2 > column { return start + "\n" + text }
            return start + text.dropFirst(start.count)
        }
        return "\n\(title):\n" + lines.joined(separator: "\n") + "\n"
    }

    /// Breaks a text into lines that fit, each indented.
    static func wrap(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            paragraph in
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, indent + line.count + 1 + word.count > width {
                    lines.append(margin + line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            return (lines + [margin + line]).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
