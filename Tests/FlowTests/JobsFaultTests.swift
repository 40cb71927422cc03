import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// A worker is killed with SIGKILL at each named place; another one finishes. Nothing is lost, no
/// effect happens twice.
@Suite("A worker killed", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct JobsFaultTests {
    @Test(
        "at any point leaves every job to be done once", arguments: FaultPoint.ofSuccess.map(\.name)
    )
    func survives(point: String) async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(TestServer.isLong ? 100 : 10)
        let url = bench.workerURL
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [url = url as String, point = point as String] in
            setenv("BELLWETHER_FAULT", point, 1)
            try await JobsFaultTests.work(url)
        }
        try await finish(bench)
    }

    @Test("while it gives a job back leaves the job", arguments: ["before_reject", "after_reject"])
    func survivesRejecting(point: String) async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(10)
        let url = bench.workerURL
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [url = url as String, point = point as String] in
            setenv("BELLWETHER_FAULT", point, 1)
            try await JobsFaultTests.work(url, isFailing: true)
        }
        try await finish(bench)
    }

    /// The worker of the child process.
    private static func work(_ url: String, isFailing: Bool = false) async throws {
        var settings = Runner.Settings()
        settings.untilIdle = true
        let handler = NoteHandler { job in
            if isFailing, job.attempt == 1 { throw JobFailure.retry("the first time it fails") }
        }
        try await Runner(
            pool: JobsBench.pool(try ConnectionTarget(url)), handlers: [handler],
            settings: settings, version: JobsBench.version
        ).run()
    }

    /// The dead worker's silence is made to have lasted long enough, then another one works.
    private func finish(_ bench: JobsBench) async throws {
        let total = try await bench.living() + bench.done()
        try await bench.admin.execute(
            "update work.worker set heartbeat_at = heartbeat_at - interval '1 minute'")
        try await bench.drain([NoteHandler()])
        #expect(try await bench.effects() == total)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.living() == 0)
        #expect(try await bench.dead() == 0)
    }
}
