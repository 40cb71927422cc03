import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// Between the workers and the database stands a proxy that does what networks do.
@Suite("Over a bad network", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(10)))
struct JobsNetworkTests {
    private static let jobs = TestServer.isLong ? 2000 : 200

    /// Two workers behind the proxy do all jobs, whatever `trouble` does meanwhile.
    private func survives(_ trouble: (FaultyProxy) async throws -> Void) async throws {
        let bench = try await JobsBench.make()
        let proxy = try FaultyProxy()
        let target = proxy.target(bench.pool.target)
        try await bench.enqueue(Self.jobs)
        let workers = (0..<2).map { _ in
            let runner = Runner(
                pool: JobsBench.pool(target),
                handlers: [NoteHandler { _ in try await Task.sleep(for: .milliseconds(5)) }],
                version: JobsBench.version)
            return Task { try await runner.run() }
        }
        try await trouble(proxy)
        proxy.set(.fair)
        // After the trouble new jobs get through as before.
        try await bench.enqueue(20)
        try await bench.eventually("all jobs are done", within: .seconds(120)) {
            try await bench.living() == 0
        }
        for worker in workers { worker.cancel() }
        for worker in workers { try await worker.value }
        proxy.stop()
        #expect(try await bench.effects() == Self.jobs + 20)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 0)
    }

    @Test("connections that are reset again and again lose and double nothing")
    func cuts() async throws {
        try await survives { proxy in
            for _ in 0..<(TestServer.isLong ? 100 : 10) {
                try await Task.sleep(for: .milliseconds(50))
                proxy.cut()
            }
        }
    }

    @Test("connections that end in one direction only are left and made anew")
    func halfCloses() async throws {
        try await survives { proxy in
            for _ in 0..<(TestServer.isLong ? 50 : 5) {
                try await Task.sleep(for: .milliseconds(50))
                proxy.halfClose()
            }
        }
    }

    @Test(
        "late or dripping bytes only make it slower",
        arguments: [FaultyProxy.Weather.slow(milliseconds: 20), .dripping])
    func delays(weather: FaultyProxy.Weather) async throws {
        try await survives { proxy in
            proxy.set(weather)
            try await Task.sleep(for: .seconds(1))
        }
    }

    @Test("a database that cannot be reached for a while is waited for")
    func refuses() async throws {
        try await survives { proxy in
            try await Task.sleep(for: .milliseconds(100))
            proxy.set(.refusing)
            proxy.cut()
            try await Task.sleep(for: .seconds(TestServer.isLong ? 20 : 1))
        }
    }

    @Test(
        "answers that never come are given up, and what was stored is not stored again", .long,
        arguments: [FaultyProxy.Weather.silent, .deaf])
    func silence(weather: FaultyProxy.Weather) async throws {
        try await survives { proxy in
            try await Task.sleep(for: .milliseconds(100))
            proxy.set(weather)
            // Longer than the limit of a request and than the queue waits for a heartbeat.
            try await Task.sleep(for: .seconds(15))
            proxy.set(.fair)
            // What the network swallowed is gone: those connections hear nothing any more.
            proxy.cut()
        }
    }
}
