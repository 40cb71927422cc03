import Foundation

/// The folder that holds install.sql and everything it lists, read whole before anything is run.
struct SQLFolder: Equatable, Sendable {
    /// A file or migration with its text.
    struct Step: Equatable, Sendable {
        let step: InstallList.Step
        /// Relative to the folder.
        let path: String
        let text: String
    }

    let path: String
    let steps: [Step]

    /// - Throws: `ProgramError` that names the file that is missing, or that holds a command of psql.
    init(path: String) throws(ProgramError) {
        let list = try InstallList(
            try Self.read(path, "install.sql"), path: path + "/install.sql")
        var steps: [Step] = []
        for step in list.steps {
            let file =
                switch step {
                case .file(let file): file
                case .migration(let name): "migrations/\(name).sql"
                }
            let text = try Self.read(path, file)
            try Self.checkIsPlain(text, file)
            steps.append(Step(step: step, path: file, text: text))
        }
        self.path = path
        self.steps = steps
    }

    /// The newest migration of the list.
    var schemaVersion: String? { migrations.max() }

    var migrations: [String] {
        steps.compactMap { step in
            if case .migration(let name) = step.step { name } else { nil }
        }
    }

    private static func read(_ folder: String, _ file: String) throws(ProgramError) -> String {
        let path = folder + "/" + file
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let reason =
                FileManager.default.fileExists(atPath: path)
                ? "\(path) cannot be read as UTF-8 text" : "there is no file \(path)"
            throw ProgramError(
                .configuration, reason,
                hint: "Name the folder that holds install.sql with --sql or BELLWETHER_SQL_PATH.")
        }
    }

    /// psql would obey a line that begins with a backslash, the server would not.
    private static func checkIsPlain(_ text: String, _ file: String) throws(ProgramError) {
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if line.first == "\\" {
                throw ProgramError(
                    .schema, "\(file):\(number): a command of psql in a file of plain SQL",
                    hint: "Only install.sql may hold such lines.")
            }
        }
    }

    /// Where the folder is if nobody says: below the working folder, above the executable (a
    /// checkout's .build), or beside it (share/bellwether/sql).
    static func find(
        workingFolder: String = FileManager.default.currentDirectoryPath,
        executable: String = executablePath
    ) throws(ProgramError) -> String {
        var candidates = [workingFolder + "/sql"]
        var folder = URL(filePath: executable).deletingLastPathComponent()
        candidates.append(
            folder.deletingLastPathComponent().appending(path: "share/bellwether/sql").path)
        for _ in 0..<5 {
            candidates.append(folder.appending(path: "sql").path)
            folder = folder.deletingLastPathComponent()
        }
        let found = candidates.first {
            FileManager.default.fileExists(atPath: $0 + "/install.sql")
        }
        guard let found else {
            throw ProgramError(
                .configuration, "the folder with install.sql is not found",
                hint: "Name it with --sql or BELLWETHER_SQL_PATH, or start in the checkout.")
        }
        return found
    }

    /// The program's own file, links followed.
    static let executablePath: String = {
        let link = "/proc/self/exe"
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: link))
            ?? CommandLine.arguments[0]
    }()
}
