import Foundation
import Glibc
import Jobs
import Postgres
import Support

@testable import bellwether

/// The worker of a child process, to be killed or told to stop by its parent.
enum WorkerChild {
    /// Works until SIGTERM; each job takes some milliseconds and leaves one effect.
    static func work(_ url: String) async throws {
        var settings = Runner.Settings()
        settings.slots = 8
        settings.stopLimit = .seconds(20)
        let target = try ConnectionTarget(url)
        let runner = Runner(
            pool: JobsBench.pool(target),
            handlers: [
                NoteHandler { job in try await Task.sleep(for: .milliseconds(Int(job.id % 7))) }
            ], settings: settings, version: JobsBench.version)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            group.addTask { for await signal in Signal.all() where signal == .stop { return } }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// The children that the queue knows, without those that were dealt with already.
    static func registered(
        _ bench: JobsBench, except known: Set<pid_t> = []
    ) async throws -> [pid_t] {
        try await bench.admin.query(
            "select pid from work.worker where version = \(bind: JobsBench.version) order by pid"
        ).decoded { (row) throws(PostgresError) in try row.get(0, as: Int32.self) }
            .filter { !known.contains($0) && $0 != getpid() }
    }

    /// Waits until so many are registered and returns them.
    static func await(
        _ count: Int, _ bench: JobsBench, except known: Set<pid_t> = []
    ) async throws -> [pid_t] {
        for _ in 0..<1000 {
            let found = try await registered(bench, except: known)
            if found.count >= count { return found }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestServerError("\(count) workers did not register")
    }
}
