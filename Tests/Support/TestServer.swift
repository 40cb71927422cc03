package import Foundation
package import Postgres

/// The server that DATABASE_URL names, and the folder of this checkout.
package enum TestServer {
    /// What `docker/server.sh dsn admin` prints; nil skips the tests that need a database.
    package static let url = ProcessInfo.processInfo.environment["DATABASE_URL"].flatMap {
        $0.isEmpty ? nil : $0
    }

    /// Whether the long drills run too.
    package static let isLong = ProcessInfo.processInfo.environment["BELLWETHER_LONG"] != nil

    /// The top folder of the checkout.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// As the superuser, in the database `postgres`, where others are made and dropped.
    package static func maintenance() throws -> ConnectionTarget {
        try admin().database("postgres")
    }

    package static func admin() throws -> ConnectionTarget {
        guard let url else { throw TestServerError("DATABASE_URL is not set") }
        return try ConnectionTarget(url)
    }

    /// The connection string of another database, for programs that a test starts.
    package static func url(of database: String, user: String? = nil) throws -> String {
        guard let url, var parts = URLComponents(string: url) else {
            throw TestServerError("DATABASE_URL is no URL: \(url ?? "not set")")
        }
        parts.path = "/" + database
        if let user { parts.user = user }
        // A socket's folder is in the query; the host part stays empty.
        return try parts.string.map { $0.contains("://") ? $0 : $0.replacing(":/", with: "://") }
            ?? { throw TestServerError("DATABASE_URL cannot name the database \(database)") }()
    }

    /// Runs a program in the top folder.
    ///
    /// - Returns: What it wrote to both outputs.
    /// - Throws: With that text if its exit status is not 0.
    @discardableResult
    package static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(
            decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestServerError("\(program) ended with \(process.terminationStatus): \(output)")
        }
        return output
    }
}

package struct TestServerError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
