import Foundation
import Glibc
package import Postgres

/// A PgBouncer that gives out sessions by transaction, in front of the test server.
package final class PgBouncer: Sendable {
    private let process: Process
    private let folder: URL
    private static let port = 6432

    /// Whether it is installed.
    package static let isInstalled = FileManager.default.isExecutableFile(
        atPath: "/usr/sbin/pgbouncer")

    /// - Parameter sessions: How many sessions of the server all clients share.
    package init(database: String, users: [String], sessions: Int) throws {
        guard let url = TestServer.url, let parts = URLComponents(string: url),
            let host = parts.queryItems?.first(where: { $0.name == "host" })?.value
        else { throw TestServerError("DATABASE_URL names no socket") }
        folder = URL(filePath: "/tmp/bwpool-\(getpid())-\(UUID().uuidString.prefix(6))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        chmod(folder.path, 0o777)
        let users = users.map { "\"\($0)\" \"\"" }.joined(separator: "\n")
        try users.write(to: folder.appending(path: "users"), atomically: false, encoding: .utf8)
        let settings = """
            [databases]
            \(database) = host=\(host) dbname=\(database)
            [pgbouncer]
            listen_addr =
            listen_port = \(Self.port)
            unix_socket_dir = \(folder.path)
            unix_socket_mode = 0777
            auth_type = trust
            auth_file = \(folder.path)/users
            pool_mode = transaction
            default_pool_size = \(sessions)
            logfile = \(folder.path)/log
            """
        let file = folder.appending(path: "settings")
        try settings.write(to: file, atomically: false, encoding: .utf8)
        process = Process()
        // It refuses root, and the server's socket lets in its own user.
        process.executableURL = URL(filePath: "/usr/bin/env")
        let command = ["/usr/sbin/pgbouncer", "-q", file.path]
        process.arguments =
            getuid() == 0
            ? ["setpriv", "--reuid", "postgres", "--clear-groups"] + command : command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        // It inherits a mask that blocks SIGTERM, and holds nothing.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // Nothing depends on it: the system's temporary folder is emptied anyway.
        try? FileManager.default.removeItem(at: folder)
    }

    /// The same database through the pooler.
    package func target(_ direct: ConnectionTarget) -> ConnectionTarget {
        var target = direct.with("host", folder.path).with("port", String(Self.port))
        target.isPooled = true
        return target
    }
}
