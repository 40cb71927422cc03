import Foundation

/// Where the program runs; production starts only with everything set.
enum Environment: String, CaseIterable, ArgumentValue {
    case development, staging, production
}

/// What stands between this program and the database.
enum Pooler: String, CaseIterable, ArgumentValue {
    /// Nothing, or a pooler that gives a session to a client for good.
    case none
    /// A pooler that gives out a session for one transaction (PgBouncer's `pool_mode`): no NOTIFY
    /// arrives through it, so a worker polls.
    case transaction
}

/// Everything the program can be told: flags above environment variables above a file.
struct Configuration: Sendable {
    let environment: Environment
    /// Holds a password at times; the default is libpq's own (PGHOST, PGUSER, ...).
    let databaseURL: Secret<String>
    let logLevel: LogLevel
    /// None: readable on a terminal, JSON lines otherwise.
    let logFormat: LogFormat?
    /// The folder with install.sql; none: looked for beside the executable and upwards.
    let sqlPath: String?
    /// The folder with a folder for each text embedding model; none: the checkout's.
    let modelPath: String?
    let pooler: Pooler
    /// Jobs that a worker does at a time.
    let concurrency: Count
    /// How long a worker's jobs may go on after it was told to stop.
    let stopLimit: Duration

    /// Where each setting came from.
    let sources: [SettingKey: SettingSource]

    /// - Parameter needs: settings without which the command does not start in production.
    /// - Throws: `ProgramError` that names the setting that is wrong or missing.
    init(_ texts: SettingTexts, needs: [SettingKey] = []) throws(ProgramError) {
        environment = try texts.read(.environment, as: Environment.self) ?? .development
        if environment == .production {
            let missing = needs.filter { texts.find($0) == nil }
            if let first = missing.first {
                throw ProgramError(
                    .configuration,
                    "in production these settings must be set: "
                        + missing.map(\.rawValue).joined(separator: ", "),
                    hint: "For example: export \(first.variable)=..., or --\(first.flag) ..., "
                        + "or a line in \(Self.defaultPath).")
            }
        }
        databaseURL =
            try texts.read(.databaseURL, as: Secret<String>.self)
            ?? Secret("postgresql:///bellwether")
        logLevel = try texts.read(.logLevel, as: LogLevel.self) ?? .info
        logFormat = try texts.read(.logFormat, as: LogFormat.self)
        sqlPath = try texts.read(.sqlPath, as: String.self)
        modelPath = try texts.read(.modelPath, as: String.self)
        pooler = try texts.read(.pooler, as: Pooler.self) ?? .none
        concurrency = try texts.read(.concurrency, as: Count.self) ?? Count(8)
        stopLimit = try texts.read(.stopLimit, as: Duration.self) ?? .seconds(10)
        sources = Dictionary(
            uniqueKeysWithValues: SettingKey.allCases.map {
                ($0, texts.find($0)?.source ?? .fallback)
            })
    }
}

extension Configuration {
    static let defaultPath = "/etc/bellwether.conf"

    static let fileOption = Option<String?>.optional(
        "config", value: "FILE", "File of settings, lines of 'key = value'", default: defaultPath)

    /// The options of every command that stand for settings.
    static let options: [OptionDescription] = [
        fileOption.description,
        Option<Environment?>.optional(
            SettingKey.environment.flag, value: "WORD",
            "What this is; production starts only with everything set",
            default: "development"
        ).description,
        Option<String?>.optional(
            SettingKey.databaseURL.flag, value: "URL",
            "Where the database is, postgresql://user@host:port/database; also DATABASE_URL"
        ).description,
        Option<LogLevel?>.optional(
            SettingKey.logLevel.flag, "What is logged", default: "info"
        ).description,
        Option<LogFormat?>.optional(
            SettingKey.logFormat.flag, "How it is logged",
            default: "text on a terminal, json otherwise"
        ).description,
        Option<String?>.optional(
            SettingKey.sqlPath.flag, value: "DIR", "The folder that holds install.sql"
        ).description,
        Option<String?>.optional(
            SettingKey.modelPath.flag, value: "DIR", "The folder that holds the embedding models"
        ).description,
        Option<Pooler?>.optional(
            SettingKey.pooler.flag, "What stands between this program and the database",
            default: "none"
        ).description,
    ]

    /// Reads the file (named, or the usual one if it is there) and puts everything together.
    static func load(
        flags: [String: String], variables: [String: String], needs: [SettingKey]
    ) throws(ProgramError) -> Configuration {
        let named = flags["config"] ?? variables["BELLWETHER_CONFIG"]
        var file: SettingFile?
        if named != nil || FileManager.default.fileExists(atPath: defaultPath) {
            let path = named ?? defaultPath
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw ProgramError(
                    .configuration, "the file of settings \(path) cannot be read",
                    hint: "Name one with --config or BELLWETHER_CONFIG that is there.")
            }
            file = try SettingFile(path: path, text: text)
        }
        let texts = SettingTexts(flags: flags, variables: variables, file: file)
        return try Configuration(texts, needs: needs)
    }
}
