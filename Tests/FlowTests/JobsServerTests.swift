import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// The server itself is killed, full, or wrong about the time. Each test has one of its own.
@Suite("With a server that", .requiresDatabase, .serialized, .timeLimit(.minutes(10)))
struct JobsServerTests {
    private static func bench(_ server: DrillServer) async throws -> JobsBench {
        try await JobsBench.make(
            admin: server.target(as: "postgres"), workerURL: server.url(as: "bellwether_worker"))
    }

    private static func start(
        _ count: Int, _ server: DrillServer, _ handler: NoteHandler = NoteHandler()
    ) throws -> [Task<Void, any Error>] {
        let target = try server.target(as: "bellwether_worker")
        return (0..<count).map { _ in
            let runner = Runner(
                pool: JobsBench.pool(target), handlers: [handler], version: JobsBench.version)
            return Task { try await runner.run() }
        }
    }

    private static func stop(_ workers: [Task<Void, any Error>]) async throws {
        for worker in workers { worker.cancel() }
        for worker in workers { try await worker.value }
    }

    @Test("is killed during a storm, no acknowledged job is lost and none has two effects")
    func crashes() async throws {
        let server = try DrillServer()
        let first = try await Self.bench(server)
        await first.admin.close()
        let workers = try Self.start(2, server)
        let loads = try (0..<3).map { _ in JobsBench.load(try server.target(as: "postgres")) }
        for _ in 0..<(TestServer.isLong ? 20 : 2) {
            try await Task.sleep(for: .milliseconds(700))
            try await server.kill()
            try server.start()
        }
        try await Task.sleep(for: .milliseconds(300))
        for load in loads { load.cancel() }
        var acknowledged: [Int64] = []
        for load in loads { acknowledged += await load.value }

        let admin = try await Connection.connect(server.target(as: "postgres"))
        let bench = JobsBench(admin: admin, pool: first.pool, workerURL: first.workerURL)
        try await bench.eventually("all jobs are done", within: .seconds(120)) {
            try await bench.living() == 0
        }
        try await Self.stop(workers)
        #expect(!acknowledged.isEmpty)
        #expect(try await bench.lost(acknowledged) == 0)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 0)
        #expect(try await bench.effects() == bench.done())
        try await admin.execute("create extension amcheck")
        _ = try await admin.query(
            """
            select count(bt_index_check(c.oid, c.relkind = 'i' and i.indisunique))
            from pg_class as c inner join pg_index as i on i.indexrelid = c.oid
            inner join pg_am as a on a.oid = c.relam
            where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence <> 't'
            """)
        await admin.close()
        try server.remove()
    }

    @Test(
        "has no space left says so to the client, and does everything when there is some again",
        .enabled(if: SmallDisk.isPermitted, "mounting a file system is not permitted here"))
    func fullDisk() async throws {
        let disk = try SmallDisk(megabytes: 100)
        let server = try DrillServer(tablespace: "\(disk.folder)/tables")
        let bench = try await Self.bench(server)
        let workers = try Self.start(2, server)
        try await bench.enqueue(100)
        try disk.fill(but: 64 * 1024)

        var acknowledged = 100
        var refusal: PostgresError?
        for _ in 0..<2000 where refusal == nil {
            do {
                let payload = JSON(text: "{\"text\": \"\(UUID().uuidString)\", \"size\": 1}")
                acknowledged += try await bench.count(
                    """
                    select work.enqueue_many('note', array_fill(\(bind: payload)::jsonb, array[50]))
                    """)
            } catch let error as PostgresError {
                refusal = error
            }
        }
        // disk_full, and the session goes on.
        #expect(refusal?.sqlState == "53100")
        #expect(try await bench.count("select 1") == 1)
        try await Task.sleep(for: .seconds(TestServer.isLong ? 20 : 2))
        disk.free()

        let expected = acknowledged
        try await bench.eventually("everything is done", within: .seconds(120)) {
            try await bench.effects() == expected
        }
        try await bench.eventually("the queue is empty") { try await bench.living() == 0 }
        try await Self.stop(workers)
        #expect(try await bench.effects() == acknowledged)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.dead() == 0)
        await bench.admin.close()
        try server.remove()
        disk.remove()
    }

    /// libfaketime, which shows a process another time.
    private static let fakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    private static let hasFakeTime = FileManager.default.fileExists(atPath: fakeTime)

    @Test(
        "jumps an hour ahead or back, no living worker loses a job",
        .enabled(if: hasFakeTime, "libfaketime is not installed: docker/packages.sh test"),
        arguments: ["+1h", "-1h"])
    func clockJumps(offset: String) async throws {
        let folder = try DrillServer.newFolder("bwtime")
        let clock = "\(folder)/offset"
        try "+0".write(toFile: clock, atomically: true, encoding: .utf8)
        let server = try DrillServer(environment: [
            "LD_PRELOAD=\(Self.fakeTime)", "FAKETIME_TIMESTAMP_FILE=\(clock)",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1",
        ])
        let bench = try await Self.bench(server)
        let started = Counter()
        let workers = try Self.start(
            2, server,
            NoteHandler { _ in
                started.increment()
                try await Task.sleep(for: .seconds(12))
            })
        try await bench.enqueue(6)
        try await bench.eventually("all of them run") { started.value == 6 }
        // The queue notices a jump by the time of its last look.
        try await bench.eventually("the queue has looked once") {
            try await bench.count("select count(*) from work.last_look where is_called") == 1
        }
        let before: Date = try await bench.admin.query("select clock_timestamp()").value()
        try offset.write(toFile: clock, atomically: true, encoding: .utf8)
        let after: Date = try await bench.admin.query("select clock_timestamp()").value()
        #expect(abs(after.timeIntervalSince(before)) > 3000)
        try await bench.eventually("they are done", within: .seconds(60)) {
            try await bench.living() == 0
        }
        try await bench.enqueue(1)
        try await bench.eventually("another one is done", within: .seconds(60)) {
            try await bench.living() == 0
        }
        try await Self.stop(workers)
        #expect(started.value == 7)
        #expect(try await bench.effects() == 7)
        #expect(try await bench.doubled() == 0)
        #expect(try await bench.startedAgain() == 0)
        await bench.admin.close()
        try server.remove()
        try DrillServer.run("rm", "-rf", folder)
    }
}
