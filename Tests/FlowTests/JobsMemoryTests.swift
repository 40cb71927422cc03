import Foundation
import Glibc
import Jobs
import Postgres
import Store
import Support
import Testing

/// A worker's own memory, measured from outside of its process.
@Suite("A worker's memory", .requiresDatabase, .scratchDatabase)
struct JobsMemoryTests {
    private static let limit = 100.0

    /// Anonymous memory, in MB: a model's weights are mapped from their file and do not count.
    private static func anonymous(_ process: Process) throws -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let status = try String(contentsOfFile: path, encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        return try #require(kilobytes.flatMap { Double($0) }) / 1024
    }

    /// Sizes after each of some rounds of jobs.
    private func sizes(rounds: Int, jobs: Int) async throws -> [Double] {
        let bench = try await JobsBench.make()
        let child = try WorkerChild.startProgram(bench.workerURL, concurrency: 100)
        defer { if child.isRunning { kill(child.processIdentifier, SIGKILL) } }
        try await WorkerChild.registered(1, bench)
        var sizes: [Double] = []
        for _ in 0..<rounds {
            _ = try await bench.admin.query(
                """
                select work.enqueue_many(
                    'probe', array_fill('{}'::jsonb, array[\(bind: jobs)::integer]))
                """)
            try await bench.eventually("a round is done", within: .seconds(900)) {
                try await Task.sleep(for: .milliseconds(100))
                return try await bench.count(
                    "select count(*) from (select from work.job limit 1) as any_job") == 0
            }
            sizes.append(try Self.anonymous(child))
        }
        child.terminate()
        #expect(try await WorkerChild.ended(child) == .exit)
        #expect(try await bench.done() == rounds * jobs)
        await bench.admin.close()
        await bench.pool.close()
        return sizes
    }

    /// After the first round, in which buffers grow to their sizes, it stays.
    private func check(_ sizes: [Double]) throws {
        let first = try #require(sizes.first)
        let most = try #require(sizes.max())
        let told = sizes.map { String(format: "%.1f", $0) }.joined(separator: " ")
        print("anonymous memory of a worker, MB after each round: \(told)")
        #expect(most < Self.limit)
        #expect(most - first < 20, "it grows: \(told)")
    }

    @Test("stays flat over 30,000 jobs", .timeLimit(.minutes(5)))
    func bounded() async throws {
        try check(try await sizes(rounds: 6, jobs: 5000))
    }

    @Test("stays flat over a million jobs", .long, .timeLimit(.minutes(60)))
    func million() async throws {
        try check(try await sizes(rounds: 10, jobs: 100_000))
    }
}
