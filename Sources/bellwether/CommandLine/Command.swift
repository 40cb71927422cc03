/// A command: its name, what it takes, and what it does.
struct Command: Sendable {
    typealias Action = @Sendable (Context) async throws -> ExitCode

    let name: String
    /// One line, without a full stop.
    let summary: String
    var discussion = ""
    var positionals: [Positional] = []
    var options: [OptionDescription] = []
    var examples: [Example] = []
    /// Settings without which the command does not start in production.
    var needs: [SettingKey] = []
    var subcommands: [Command] = []
    /// None for a command that only groups others.
    var action: Action?
}

/// An argument known by its place.
struct Positional: Equatable, Sendable {
    let name: String
    let help: String
    var isRequired = true
    var isRepeated = false
}

/// A line to type and what it does.
struct Example: Equatable, Sendable {
    let line: String
    let meaning: String

    init(_ line: String, _ meaning: String) {
        self.line = line
        self.meaning = meaning
    }
}

/// The arguments of a command, read and checked.
struct Invocation: Sendable {
    /// Arguments known by their place, in order.
    let arguments: [String]
    let values: [String: any Sendable]
    /// Options of the whole program that were given, as text: flags stand above other settings.
    let given: [String: String]

    subscript<Value>(option: Option<Value>) -> Value {
        guard let value = values[option.description.name] as? Value else {
            preconditionFailure("the command does not declare --\(option.description.name)")
        }
        return value
    }
}
