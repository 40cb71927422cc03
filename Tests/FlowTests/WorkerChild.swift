import Foundation
import Glibc
import Jobs
import Postgres
import Support
import Testing

@testable import bellwether

/// Workers in processes of their own, to be killed or told to stop by the test that starts them.
///
/// The process is this one's executable again, with one test that works. (An exit test would hold
/// a thread of the parent for each child, and there are only as many as cores.)
enum WorkerChild {
    private static let variable = "BELLWETHER_TEST_WORKER"
    fileprivate static let url = ProcessInfo.processInfo.environment[variable]

    static func start(_ url: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [
            "--testing-library", "swift-testing", "--no-parallel", "--filter", "WorkerChildTests",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([variable: url]) {
            _, new in new
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The program itself, on jobs of kind `probe`.
    static func startProgram(
        _ url: String, concurrency: Int = 8, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        let program = URL(filePath: CommandLine.arguments[0])
            .deletingLastPathComponent().appending(path: "bellwether")
        // By way of another program: libfaketime moves the environment of the first that it is
        // loaded into, beside which Swift looks for the arguments.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            program.path, "worker", "--kinds", "probe", "--concurrency", "\(concurrency)",
        ]
        process.environment = ["DATABASE_URL": url, "PATH": "/usr/bin:/bin"]
            .merging(environment) { _, new in new }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Works until SIGTERM; each job takes some milliseconds and leaves one effect.
    fileprivate static func work(_ url: String) async throws {
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

    /// Runs `body` and then sees to it that none of the children is left, whatever came of it.
    static func withChildren(
        _ body: (_ start: () throws -> Process) async throws -> Void, url: String
    ) async throws {
        var children: [Process] = []
        defer {
            for child in children where child.isRunning { kill(child.processIdentifier, SIGKILL) }
        }
        try await body {
            let child = try start(url)
            children.append(child)
            return child
        }
    }

    /// Waits until the queue knows so many workers besides those that are known already.
    static func registered(
        _ count: Int, _ bench: JobsBench, except known: Set<pid_t> = []
    ) async throws {
        for _ in 0..<1500 {
            let found = try await bench.admin.query("select pid from work.worker").decoded {
                (row) throws(PostgresError) in try row.get(0, as: Int32.self)
            }
            if Set(found).subtracting(known).count >= count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestServerError("\(count) workers did not register")
    }

    /// Waits for the end of a child that was told to end.
    static func ended(_ child: Process) async throws -> Process.TerminationReason {
        for _ in 0..<1500 where child.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        guard !child.isRunning else { throw TestServerError("a worker did not end") }
        return child.terminationReason
    }
}

@Suite(.enabled(if: WorkerChild.url != nil, "works for other tests, in a process of its own"))
struct WorkerChildTests {
    @Test("a worker that other tests start")
    func works() async throws {
        try await WorkerChild.work(try #require(WorkerChild.url))
    }
}
