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
        let rounds = TestServer.isLong ? 20 : 3
        let load = Self.load(bench.admin.target)
        try await WorkerChild.withChildren(
            { start in
                var workers = [try start(), try start()]
                for round in 1...rounds {
                    try await WorkerChild.registered(2, bench)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 20...300)))
                    let worker = workers.remove(at: round % 2)
                    kill(worker.processIdentifier, SIGKILL)
                    #expect(try await WorkerChild.ended(worker) == .uncaughtSignal)
                    // As if it had been silent long enough: the others need not wait for that.
                    _ = try await bench.admin.query(
                        "delete from work.worker where pid = \(bind: worker.processIdentifier)")
                    workers.append(try start())
                }
                load.cancel()
                try await checkLedger(bench, load.value)
            }, url: bench.workerURL)
    }

    @Test("one that is killed is missed by its heartbeat alone, and its jobs are done by others")
    func missed() async throws {
        let bench = try await JobsBench.make()
        try await WorkerChild.withChildren(
            { start in
                let worker = try start()
                try await WorkerChild.registered(1, bench)
                try await bench.enqueue(500)
                try await bench.eventually("it holds jobs") {
                    let held = try await bench.count(
                        "select count(*) from work.job where state = 'leased'")
                    if held == 0 { return false }
                    kill(worker.processIdentifier, SIGKILL)
                    return true
                }
                _ = try await WorkerChild.ended(worker)
            }, url: bench.workerURL)
        let missing = try await bench.living()
        #expect(missing > 0)
        let killedAt: Date = try await bench.admin.query("select clock_timestamp()").value()
        try await bench.drain([NoteHandler()])
        #expect(
            try await bench.count("select count(*) from work.job_done where rescues > 0") > 0)
        // 10 s of silence and a heartbeat of the other: 15 s, if nobody stands still. A lease
        // alone would last 30 s.
        #expect(
            try await bench.count(
                """
                select count(*) from work.job_done
                where rescues > 0 and started_at > \(bind: killedAt)::timestamptz + interval '25 seconds'
                """) == 0)
        try await checkLedger(bench, 500)
    }

    @Test("that are restarted by SIGTERM one after another run no job twice")
    func rolling() async throws {
        let bench = try await JobsBench.make()
        let rounds = TestServer.isLong ? 10 : 3
        let load = Self.load(bench.admin.target)
        try await WorkerChild.withChildren(
            { start in
                var workers = [try start(), try start()]
                try await WorkerChild.registered(2, bench)
                var gone: Set<pid_t> = []
                for _ in 0..<rounds {
                    // The new one is there before the old one goes.
                    workers.append(try start())
                    try await WorkerChild.registered(3, bench, except: gone)
                    let old = workers.removeFirst()
                    gone.insert(old.processIdentifier)
                    kill(old.processIdentifier, SIGTERM)
                    #expect(try await WorkerChild.ended(old) == .exit)
                    #expect(old.terminationStatus == 0)
                }
                load.cancel()
                try await checkLedger(bench, load.value)
                for worker in workers { kill(worker.processIdentifier, SIGTERM) }
                for worker in workers { _ = try await WorkerChild.ended(worker) }
            }, url: bench.workerURL)
        #expect(try await bench.startedAgain() == 0)
        #expect(try await bench.count("select count(*) from work.worker") == 0)
    }
}
