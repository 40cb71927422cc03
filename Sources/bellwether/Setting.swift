/// The settings of the program by name: `log_level` in a file, `BELLWETHER_LOG_LEVEL` in the
/// environment, `--log-level` on the command line.
enum SettingKey: String, CaseIterable, Sendable {
    case environment
    case databaseURL = "database_url"
    case logLevel = "log_level"
    case logFormat = "log_format"
    case sqlPath = "sql_path"
    case modelPath = "model_path"
    case pooler
    case concurrency
    case stopLimit = "stop_limit"

    var variable: String { "BELLWETHER_" + rawValue.uppercased() }

    /// The option's name; the shorter word where one is enough.
    var flag: String {
        switch self {
        case .databaseURL: "database"
        case .sqlPath: "sql"
        case .modelPath: "models"
        case .environment, .logLevel, .logFormat, .pooler, .concurrency, .stopLimit:
            rawValue.split(separator: "_").joined(separator: "-")
        }
    }

    /// Names that other programs use for the same thing; ours stands above them.
    var otherVariables: [String] { self == .databaseURL ? ["DATABASE_URL"] : [] }

    /// Whether the value must not be shown.
    var isSecret: Bool { self == .databaseURL }
}

/// Where a setting's text was found, most important first.
enum SettingSource: Equatable, Sendable, CustomStringConvertible {
    case flag(String)
    case variable(String)
    case file(String, line: Int)
    case fallback

    var description: String {
        switch self {
        case .flag(let name): "option --\(name)"
        case .variable(let name): "environment variable \(name)"
        case .file(let path, let line): "\(path):\(line)"
        case .fallback: "default"
        }
    }
}

/// The texts of all settings from flags, environment and file, in this order.
struct SettingTexts: Sendable {
    typealias Found = (text: String, source: SettingSource)

    let flags: [String: String]
    let variables: [String: String]
    let file: SettingFile?

    func find(_ key: SettingKey) -> Found? {
        if let text = flags[key.flag] { return (text, .flag(key.flag)) }
        for name in [key.variable] + key.otherVariables {
            if let text = variables[name], !text.isEmpty { return (text, .variable(name)) }
        }
        if let file, let entry = file.entries[key] {
            return (entry.text, .file(file.path, line: entry.line))
        }
        return nil
    }

    /// - Throws: `ProgramError` with the setting's name, where it was found and what is wanted; a secret
    ///   text is not repeated.
    func read<Value: ArgumentValue>(_ key: SettingKey, as type: Value.Type) throws(ProgramError)
        -> Value?
    {
        guard let found = find(key) else { return nil }
        guard let value = Value(argument: found.text) else {
            let text = key.isSecret ? "what it is" : "'\(found.text)'"
            throw ProgramError(
                .configuration,
                "setting \(key.rawValue) cannot be \(text) (\(found.source))",
                hint: "It takes \(Value.wanted).")
        }
        return value
    }
}
