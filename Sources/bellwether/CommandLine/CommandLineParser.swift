/// What a command line asks for.
enum Request: Sendable {
    case run(Command, path: [String], Invocation)
    case help(path: [Command])
    case version
}

/// Reads a command line by the tree of commands; the root's options are valid everywhere.
struct CommandLineParser: Sendable {
    let root: Command

    /// - Parameter arguments: without the program's name.
    func parse(_ arguments: [String]) throws(UsageError) -> Request {
        var scan = Scan(path: [root], tokens: arguments[...])
        do {
            return try scan.run()
        } catch {
            throw .of(scan.path.map(\.name), error)
        }
    }

    /// For `help worker`: the commands named, from the root on.
    func path(_ names: [String]) throws(UsageError) -> [Command] {
        var path = [root]
        for name in names {
            path.append(try path[path.count - 1].subcommand(name))
        }
        return path
    }
}

extension Command {
    func subcommand(_ name: String) throws(UsageError) -> Command {
        guard let found = subcommands.first(where: { $0.name == name }) else {
            let names = subcommands.map(\.name)
            throw .unknownCommand(name, nearest: Suggestion.nearest(to: name, in: names))
        }
        return found
    }
}

/// One pass over the tokens: commands first, then options and arguments in any order.
private struct Scan {
    var path: [Command]
    var tokens: ArraySlice<String>
    private var texts: [String: [String]] = [:]
    private var arguments: [String] = []
    private var asksForHelp = false
    private var asksForVersion = false

    init(path: [Command], tokens: ArraySlice<String>) {
        self.path = path
        self.tokens = tokens
    }

    private var command: Command { path[path.count - 1] }

    private var options: [OptionDescription] {
        path.count == 1 ? command.options : path[0].options + command.options
    }

    mutating func run() throws(UsageError) -> Request {
        while let token = tokens.popFirst() {
            if token == "--" {
                while let rest = tokens.popFirst() { try argument(rest) }
                break
            }
            if token.hasPrefix("--") {
                try longOption(token.dropFirst(2))
            } else if token.hasPrefix("-"), token.count > 1 {
                try shortOption(token)
            } else {
                try argument(token)
            }
        }
        if asksForHelp { return .help(path: path) }
        if asksForVersion { return .version }
        if command.action == nil {
            if path.count == 1, texts.isEmpty { return .help(path: path) }
            throw .missingCommand
        }
        return .run(command, path: path.map(\.name), try invocation())
    }

    private mutating func argument(_ token: String) throws(UsageError) {
        if arguments.isEmpty, !command.subcommands.isEmpty {
            if path.count == 1, token == "help" {
                asksForHelp = true
                return
            }
            path.append(try command.subcommand(token))
            return
        }
        if asksForHelp { return }
        let places = command.positionals
        guard arguments.count < places.count || places.last?.isRepeated == true else {
            throw .unwantedArgument(token)
        }
        arguments.append(token)
    }

    private mutating func longOption(_ text: Substring) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if parts.count == 1, name == "help" {
            asksForHelp = true
            return
        }
        if parts.count == 1, name == "version", path.count == 1 {
            asksForVersion = true
            return
        }
        guard let option = options.first(where: { $0.name == name }) else {
            let names = options.map(\.name) + ["help"]
            throw .unknownOption(
                "--" + name, nearest: Suggestion.nearest(to: name, in: names).map { "--" + $0 })
        }
        try take(option, as: "--" + name, value: parts.count == 2 ? String(parts[1]) : nil)
    }

    private mutating func shortOption(_ token: String) throws(UsageError) {
        if token == "-h" {
            asksForHelp = true
            return
        }
        let letter = token[token.index(after: token.startIndex)]
        guard let option = options.first(where: { $0.short == letter }) else {
            throw .unknownOption(token, nearest: nil)
        }
        let rest = token.dropFirst(2)
        try take(option, as: "-\(letter)", value: rest.isEmpty ? nil : String(rest))
    }

    private mutating func take(
        _ option: OptionDescription, as written: String, value: String?
    ) throws(UsageError) {
        if !option.isRepeated, texts[option.name] != nil { throw .repeatedOption(written) }
        if option.isFlag {
            if value != nil { throw .unwantedValue(written) }
            texts[option.name, default: []].append("")
            return
        }
        guard let text = value ?? nextValue() else { throw .missingValue(written) }
        texts[option.name, default: []].append(text)
    }

    /// The next token as a value; one that looks like an option is not taken, a number is.
    private mutating func nextValue() -> String? {
        guard let next = tokens.first else { return nil }
        if next.hasPrefix("-"), next.count > 1, Double(next) == nil { return nil }
        return tokens.popFirst()
    }

    private func invocation() throws(UsageError) -> Invocation {
        var values: [String: any Sendable] = [:]
        for option in options {
            values[option.name] = try option.read("--" + option.name, texts[option.name] ?? [])
        }
        if let missing = command.positionals.dropFirst(arguments.count).first, missing.isRequired {
            throw .missingArgument(missing.name)
        }
        var given: [String: String] = [:]
        for option in path[0].options {
            given[option.name] = texts[option.name]?.last
        }
        return Invocation(arguments: arguments, values: values, given: given)
    }
}
