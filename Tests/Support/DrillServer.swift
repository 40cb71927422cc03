import Foundation
import Glibc
package import Postgres

/// A PostgreSQL of a test's own, to be killed, filled and moved in time.
package final class DrillServer: Sendable {
    /// Holds the data and the socket; the server's user owns it.
    package let folder: String
    private let environment: [String]
    private static let database = "drill"

    /// Makes it, starts it and installs all of sql/.
    ///
    /// - Parameters:
    ///   - environment: Variables of the server, as `NAME=value`.
    ///   - tablespace: A folder of the server's user for the database's tables; nil for the data's.
    package init(environment: [String] = [], tablespace: String? = nil) throws {
        folder = try Self.newFolder("bwdrill")
        self.environment = environment
        let data = "\(folder)/data"
        try Self.run(
            "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-instructions")
        let settings = """
            listen_addresses = ''
            unix_socket_directories = '\(folder)'
            timezone = 'UTC'
            shared_buffers = 64MB
            max_connections = 60
            """
        try Self.configure(data, settings)
        try start()
        var place = ""
        if let tablespace {
            try psql("postgres", "create tablespace drill location '\(tablespace)'")
            place = " tablespace drill"
        }
        try psql("postgres", "create database \(Self.database)\(place)")
        try TestServer.run(
            "psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-f", "sql/install.sql", url(as: "postgres")])
    }

    /// A copy of a server that runs, which follows it until it is promoted.
    package init(standbyOf primary: DrillServer) throws {
        folder = try Self.newFolder("bwdrill")
        environment = primary.environment
        let data = "\(folder)/data"
        try Self.run(
            "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync",
            "-d", "host=\(primary.folder) user=postgres")
        try Self.configure(data, "unix_socket_directories = '\(folder)'")
        try start()
    }

    private static func configure(_ data: String, _ settings: String) throws {
        try run("sh", "-c", "printf '%s\\n' \"$1\" >> \"$0\"", data + "/postgresql.conf", settings)
    }

    /// Takes over: returns when it takes writes.
    package func promote() throws {
        try Self.run("pg_ctl", "-D", "\(folder)/data", "-w", "-s", "promote")
    }

    /// A folder under /var/tmp that the server's user owns.
    package static func newFolder(_ prefix: String) throws -> String {
        let folder = "/var/tmp/\(prefix)-\(getpid())-\(UUID().uuidString.prefix(6).lowercased())"
        try run("mkdir", folder)
        return folder
    }

    /// Runs a command as the server's user.
    package static func run(_ command: String...) throws {
        try TestServer.run("docker/server.sh", ["run"] + command)
    }

    package func url(as user: String) -> String {
        "postgresql://\(user)@/\(Self.database)?host=\(folder)"
    }

    package func target(as user: String) throws -> ConnectionTarget {
        try ConnectionTarget(url(as: user))
    }

    package func start() throws {
        // It must inherit none of our pipes: they would stay open as long as it runs.
        let script = """
            for descriptor in /proc/self/fd/*; do
                number=${descriptor##*/}
                if [ "$number" -gt 2 ]; then eval "exec $number>&-"; fi
            done
            exec pg_ctl -D "$0/data" -l "$0/log" -w -t 60 -s start < /dev/null > /dev/null 2>&1
            """
        try TestServer.run(
            "docker/server.sh", ["run", "env"] + environment + ["bash", "-c", script, folder])
    }

    /// Kills the postmaster with SIGKILL and waits until its children have seen it and are gone.
    package func kill() async throws {
        let pidFile = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let postmaster = pidFile.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw TestServerError("the server has no process")
        }
        let children = Self.children(of: postmaster)
        Glibc.kill(postmaster, SIGKILL)
        for process in [postmaster] + children {
            while FileManager.default.fileExists(atPath: "/proc/\(process)") {
                if Self.isZombie(process) { break }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        // Where nobody collects dead processes it would be taken for a living one's.
        try Self.run(
            "rm", "-f", "\(folder)/data/postmaster.pid", "\(folder)/.s.PGSQL.5432.lock")
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let path = "/proc/\(parent)/task/\(parent)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    private static func isZombie(_ process: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    deinit {
        // A test that failed did not come to it.
        try? remove()
    }

    /// Stops it and removes all of it.
    package func remove() throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        // One that was killed does not run.
        try? Self.run("pg_ctl", "-D", "\(folder)/data", "-m", "immediate", "-w", "-s", "stop")
        try Self.run("rm", "-rf", folder)
    }

    private func psql(_ database: String, _ sql: String) throws {
        try TestServer.run(
            "psql",
            [
                "-Xq", "-v", "ON_ERROR_STOP=1", "-c", sql,
                "postgresql://postgres@/\(database)?host=\(folder)",
            ])
    }
}

/// A file system in memory of a given size, to be filled.
package final class SmallDisk: Sendable {
    package let folder: String

    /// Whether this process may mount one.
    package static let isPermitted: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
        disk.remove()
        return true
    }()

    package init(megabytes: Int) throws {
        folder = try DrillServer.newFolder("bwdisk")
        do {
            try TestServer.run(
                "mount",
                ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0777", "tmpfs", folder])
            try DrillServer.run("mkdir", "\(folder)/tables")
        } catch {
            rmdir(folder)
            throw error
        }
    }

    deinit { remove() }

    /// Leaves so many bytes free.
    package func fill(but bytes: Int) throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder)
        guard let free = attributes[.systemFreeSize] as? NSNumber, free.intValue > bytes else {
            return
        }
        try TestServer.run(
            "fallocate", ["-l", "\(free.intValue - bytes)", "\(folder)/ballast"])
    }

    /// Takes back what `fill` took.
    package func free() {
        unlink("\(folder)/ballast")
    }

    package func remove() {
        // Lazily: a server that was killed may hold it for a moment.
        umount2(folder, Int32(MNT_DETACH))
        rmdir(folder)
    }
}
