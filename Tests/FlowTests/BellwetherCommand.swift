import Foundation
import Support
import Synchronization

@testable import bellwether

/// A command of the program, run in this process against the scratch database.
struct BellwetherCommand {
    let code: ExitCode
    let output: String
    let errors: String

    /// - Parameter user: The login; the superuser if none is named.
    static func run(
        _ arguments: String..., as user: String? = nil, database: String? = nil,
        variables: [String: String] = [:]
    ) async throws -> BellwetherCommand {
        let output = Collected()
        let errors = Collected()
        var variables = variables
        variables["DATABASE_URL"] = try database ?? ScratchDatabase.require().url(as: user)
        variables["BELLWETHER_SQL_PATH"] =
            variables["BELLWETHER_SQL_PATH"] ?? TestServer.root.appending(path: "sql").path
        let program = Program(
            root: .bellwether, variables: variables, output: Output(write: output.add),
            errors: errors.add, isTerminal: false)
        let code = await program.run(arguments)
        return BellwetherCommand(code: code, output: output.text, errors: errors.text)
    }
}

/// Text that several tasks write.
final class Collected: Sendable {
    private let all = Mutex("")

    var text: String { all.withLock { $0 } }
    var add: @Sendable (String) -> Void {
        { [self] more in all.withLock { $0 += more } }
    }
}

/// A folder of a test's own, removed with it.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "bellwether-test-\(UUID().uuidString.prefix(8).lowercased())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // Nothing depends on it: the system's temporary folder is emptied anyway.
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        try file(name, bytes: Array(text.utf8))
    }

    func file(_ name: String, bytes: [UInt8]) throws -> String {
        let path = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: path)
        return path.path
    }
}
