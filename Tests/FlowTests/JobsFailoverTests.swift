import Foundation
import Jobs
import Postgres
import Store
import Support
import Testing

/// The primary dies and its standby takes over, while workers and clients know both by one
/// connection string.
@Suite("With a standby that is promoted", .requiresDatabase, .serialized, .timeLimit(.minutes(10)))
struct JobsFailoverTests {
    /// Both servers in one string; whoever takes writes is the one to talk to.
    private static func url(_ user: String, _ servers: [DrillServer]) -> String {
        let folders = servers.map(\.folder).joined(separator: ",")
        return "postgresql://\(user)@/drill?host=\(folders)&target_session_attrs=read-write"
    }

    /// Follows `primary` until it is promoted; a synchronous one has every commit on its disk
    /// before the client hears of it.
    private static func follow(
        _ primary: DrillServer, isSynchronous: Bool
    ) async throws -> DrillServer {
        let admin = try await Connection.connect(primary.target(as: "postgres"))
        let standby = try DrillServer(standbyOf: primary)
        let bench = JobsBench(admin: admin, pool: JobsBench.pool(admin.target), workerURL: "")
        try await bench.eventually("the standby streams") {
            try await bench.count(
                "select count(*) from pg_stat_replication where state = 'streaming'") == 1
        }
        if isSynchronous {
            try await admin.execute("alter system set synchronous_standby_names = '*'")
            _ = try await admin.query("select pg_reload_conf()")
            try await bench.eventually("the standby is synchronous") {
                try await bench.count(
                    "select count(*) from pg_stat_replication where sync_state = 'sync'") == 1
            }
            // A commit that waits for it: what was acknowledged before it is there as well.
            try await admin.execute("create table if not exists public.followed ()")
        }
        await admin.close()
        return standby
    }

    @Test(
        "workers follow and no job has two effects; if it was synchronous none is lost",
        arguments: TestServer.isLong ? [true, false] : [true])
    func failsOver(isSynchronous: Bool) async throws {
        var primary = try DrillServer()
        let first = try await JobsBench.make(
            admin: primary.target(as: "postgres"), workerURL: primary.url(as: "bellwether_worker"))
        await first.admin.close()
        var acknowledged: [Int64] = []
        for _ in 0..<(TestServer.isLong ? 3 : 1) {
            let standby = try await Self.follow(primary, isSynchronous: isSynchronous)
            let servers = [primary, standby]
            let target = try ConnectionTarget(Self.url("bellwether_worker", servers))
            let workers = (0..<2).map { _ in
                let runner = Runner(
                    pool: JobsBench.pool(target), handlers: [NoteHandler()],
                    version: JobsBench.version)
                return Task { try await runner.run() }
            }
            let clients = try ConnectionTarget(Self.url("postgres", servers))
            let loads = (0..<3).map { _ in JobsBench.load(clients) }
            try await Task.sleep(for: .milliseconds(1500))
            try await primary.kill()
            try standby.promote()
            let admin = try await Connection.connect(clients)
            let promotedAt: Date = try await admin.query("select clock_timestamp()").value()
            // The clients find it by themselves.
            try await Task.sleep(for: .milliseconds(1500))
            for load in loads { load.cancel() }
            for load in loads { acknowledged += await load.value }

            let bench = JobsBench(admin: admin, pool: first.pool, workerURL: first.workerURL)
            try await bench.eventually("all jobs are done", within: .seconds(120)) {
                try await bench.living() == 0
            }
            try await bench.eventually("the new primary knows both workers") {
                try await bench.count("select count(*) from work.worker") == 2
            }
            for worker in workers { worker.cancel() }
            for worker in workers { try await worker.value }
            #expect(try await bench.doubled() == 0)
            #expect(try await bench.dead() == 0)
            #expect(try await bench.effects() == bench.done())
            let newer = try await bench.count(
                "select count(*) from work.job_done where enqueued_at > \(bind: promotedAt)")
            #expect(newer > 0)
            if isSynchronous { #expect(try await bench.lost(acknowledged) == 0) }
            await admin.close()
            try primary.remove()
            primary = standby
        }
        #expect(!acknowledged.isEmpty)
        try primary.remove()
    }
}
