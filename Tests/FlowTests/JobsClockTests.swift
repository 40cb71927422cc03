import Foundation
import Glibc
import Jobs
import Postgres
import Store
import Support
import Testing

/// Workers whose clock is wrong, beside one whose clock is right: the queue asks the database's
/// alone.
@Suite(
    "A worker whose clock is wrong", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct JobsClockTests {
    /// libfaketime, which shows a process another time.
    private static let fakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

    private static let hasFakeTime = FileManager.default.fileExists(atPath: fakeTime)

    /// The delayed ones are the last twenty; `wait_ms` counts from the moment a job may start, and is
    /// negative if it started before.
    @Test(
        "neither loses a job nor takes one too early",
        .enabled(if: hasFakeTime, "libfaketime is not installed: docker/packages.sh test"),
        arguments: ["+1h", "-1h"])
    func offset(by offset: String) async throws {
        let bench = try await JobsBench.make()
        let wrong = [
            "LD_PRELOAD": Self.fakeTime, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        ]
        var children: [Process] = []
        defer {
            for child in children where child.isRunning { kill(child.processIdentifier, SIGKILL) }
        }
        for environment in [wrong, [:]] {
            children.append(
                try WorkerChild.startProgram(bench.workerURL, environment: environment))
        }
        try await WorkerChild.registered(2, bench)
        try await bench.enqueue(200, kind: "probe")
        _ = try await bench.admin.query(
            """
            select work.enqueue('probe', run_at => clock_timestamp() + interval '3 seconds')
            from generate_series(1, 20)
            """)
        _ = try await bench.admin.query(
            "select work.set_schedule('tick', '* * * * *', 'probe', catch_up => 'none')")
        // Longer than the silence after which a worker is taken for dead.
        try await Task.sleep(for: .seconds(13))
        #expect(try await bench.count("select count(*) from work.worker") == 2)
        try await bench.eventually("all are done") { try await bench.living() == 0 }
        _ = try await bench.admin.query("select work.drop_schedule('tick')")

        for child in children { child.terminate() }
        for child in children { #expect(try await WorkerChild.ended(child) == .exit) }
        // A minute may have begun meanwhile.
        let ticks = try await bench.done() - 220
        #expect(ticks == 0 || ticks == 1)
        #expect(try await bench.startedAgain() == 0)
        #expect(
            try await bench.count(
                """
                select count(*) from work.job_done
                where started_at < enqueued_at or wait_ms < 0 or run_ms < 0
                    or finished_at > clock_timestamp()
                """) == 0, "all times are the database's")
        await bench.admin.close()
        await bench.pool.close()
    }
}
