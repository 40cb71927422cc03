import Foundation
import Glibc
import Jobs
import Postgres
import Store
import Support
import Testing

/// Workers in processes of their own are killed and restarted while jobs keep coming.
@Suite("Workers under load", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(10)))
struct JobsRestartTests {
    /// Enqueues a job every few milliseconds until cancelled. Returns how many were enqueued.
    private static func load(_ target: ConnectionTarget) -> Task<Int, any Error> {
        Task {
            let connection = try await Connection.connect(target)
            var count = 0
            while !Task.isCancelled {
                // Not in this task: a cancelled statement may have been committed or not.
                count += try await Task {
                    _ = try await connection.query(
                        "select work.enqueue('note') from generate_series(1, 5)")
                    return 5
                }.value
                try? await Task.sleep(for: .milliseconds(5))
            }
            await connection.close()
            return count
        }
    }

    private func checkLedger(_ bench: JobsBench, _ enqueued: Int) async throws {
        try await bench.eventually("all jobs are done", within: .seconds(120)) {
            try await bench.living() == 0
        }
        #expect(try await bench.effects() == enqueued)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 0)
    }

    @Test("that are killed with SIGKILL, one after another, lose and double nothing")
    func killed() async throws {
        let bench = try await JobsBench.make()
        let url = bench.workerURL
        let rounds = TestServer.isLong ? 20 : 3
        let load = Self.load(bench.admin.target)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<(rounds + 2) {
                group.addTask {
                    await #expect(processExitsWith: .signal(SIGKILL)) { [url = url as String] in
                        try await WorkerChild.work(url)
                    }
                }
            }
            let workers = try await WorkerChild.await(rounds + 2, bench)
            for worker in workers.prefix(rounds) {
                kill(worker, SIGKILL)
                // As if it had been silent long enough: the others need not wait for that.
                _ = try await bench.admin.query(
                    """
                    update work.worker set heartbeat_at = heartbeat_at - interval '1 minute'
                    where pid = \(bind: worker)
                    """)
                try await Task.sleep(for: .milliseconds(200))
            }
            load.cancel()
            try await checkLedger(bench, load.value)
            for worker in workers.dropFirst(rounds) { kill(worker, SIGKILL) }
            try await group.waitForAll()
        }
    }

    @Test("one that is killed is missed by its heartbeat alone, and its jobs are done by others")
    func missed() async throws {
        let bench = try await JobsBench.make()
        let url = bench.workerURL
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(processExitsWith: .signal(SIGKILL)) { [url = url as String] in
                    try await WorkerChild.work(url)
                }
            }
            let worker = try await WorkerChild.await(1, bench)[0]
            // Stopped before it can do anything, killed while it holds jobs.
            try await bench.enqueue(200)
            try await bench.eventually("it holds jobs") {
                try await bench.count("select count(*) from work.job where state = 'leased'") > 0
            }
            kill(worker, SIGSTOP)
            let held = try await bench.count(
                "select count(*) from work.job where state = 'leased'")
            #expect(held > 0)
            kill(worker, SIGKILL)
            try await group.waitForAll()
        }
        try await bench.drain([NoteHandler()])
        try await checkLedger(bench, 200)
        // Another one took them back in time: silent for 10 s, and the next look of a living one.
        let waited: Double = try await bench.admin.query(
            """
            select coalesce(max(extract(epoch from finished_at - enqueued_at)), 0)::float8
            from work.job_done
            """
        ).value()
        #expect(waited < 60)
    }

    @Test("that are restarted by SIGTERM one after another run no job twice")
    func rolling() async throws {
        let bench = try await JobsBench.make()
        let url = bench.workerURL
        let rounds = TestServer.isLong ? 10 : 3
        let load = Self.load(bench.admin.target)
        try await withThrowingTaskGroup(of: Void.self) { group in
            func start() {
                group.addTask {
                    await #expect(processExitsWith: .success) { [url = url as String] in
                        try await WorkerChild.work(url)
                    }
                }
            }
            start()
            start()
            var known: Set<pid_t> = []
            for _ in 0..<rounds {
                // The new one is there before the old one goes.
                let workers = try await WorkerChild.await(2, bench, except: known)
                known.insert(workers[0])
                start()
                kill(workers[0], SIGTERM)
            }
            load.cancel()
            try await checkLedger(bench, load.value)
            for worker in try await WorkerChild.await(2, bench, except: known) {
                kill(worker, SIGTERM)
            }
            try await group.waitForAll()
        }
        #expect(try await bench.startedAgain() == 0)
        #expect(try await bench.count("select count(*) from work.worker") == 0)
    }
}
