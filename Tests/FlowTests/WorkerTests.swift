import Foundation
import Jobs
import Postgres
import Support
import Synchronization
import Testing

@testable import bellwether

@Suite("Worker", .requiresDatabase, .scratchDatabase)
struct WorkerTests {
    /// Takes what it is given and remembers it.
    private struct Recorder: JobHandler {
        let kind = "run_cycle"
        let seen = Collected()

        func handle(_ job: Job) async throws -> Completion {
            seen.add("\(job.id) ")
            return .nothing
        }
    }

    private func query<Value: PostgresDecodable & Sendable>(
        _ sql: SQL, as type: Value.Type = Value.self
    ) async throws -> Value {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        let value: Value = try await connection.query(sql).value()
        await connection.close()
        return value
    }

    private func service(
        _ handler: any JobHandler, untilIdle: Bool, errors: Collected
    ) throws -> WorkerService {
        var settings = Runner.Settings()
        settings.untilIdle = untilIdle
        let log = Log(
            sink: LogSink(level: .info, format: .text, isTerminal: false, output: errors.add))
        let target = try ScratchDatabase.require().target(as: "bellwether_worker")
        return WorkerService(
            pool: Pool(target), handlers: [handler], live: LiveWorker(settings), log: log,
            workerLog: WorkerLog(
                log: log, progress: LogProgress("working", unit: "jobs", log: log)),
            prepare: { _ in },
            lookPause: .milliseconds(20))
    }

    @Test("With nothing to do it ends")
    func idle() async throws {
        let run = try await BellwetherCommand.run(
            "worker", "--until-idle", "--kinds", "compute_snapshots", "--json",
            as: "bellwether_worker")
        #expect(run.code == .success, "\(run.errors)")
        #expect(run.output == "{\"dead\":0,\"done\":0}\n")
        #expect(try await query("select count(*) from work.worker") == 0)
    }

    @Test("A job that cannot be done is dead, and the exit code says so")
    func dead() async throws {
        let job: Int64 = try await query("select work.enqueue('compute_snapshots', '{}')")
        let run = try await BellwetherCommand.run(
            "worker", "--until-idle", "--kinds", "compute_snapshots", "--log-format", "json",
            as: "bellwether_worker")
        #expect(run.code == .failure)
        #expect(run.errors.contains("\"job\":\(job)"))
        let list = try await BellwetherCommand.run("jobs", "dead", as: "bellwether_worker")
        #expect(list.output.contains("the payload of compute_snapshots is wrong"))
        let retry = try await BellwetherCommand.run(
            "jobs", "retry", "\(job)", as: "bellwether_worker")
        #expect(retry.output.hasPrefix("dead job \(job) lives again"))
        let again = try await BellwetherCommand.run(
            "jobs", "retry", "\(job)", as: "bellwether_worker")
        #expect(again.code == .failure)
        let stats = try await BellwetherCommand.run("jobs", "stats", as: "bellwether_worker")
        #expect(stats.output.contains("compute_snapshots"))
    }

    @Test("A kind it cannot do is refused with the nearest one")
    func unknownKind() async throws {
        let run = try await BellwetherCommand.run(
            "worker", "--kinds", "compute_snapshot", as: "bellwether_worker")
        #expect(run.code == .usage)
        #expect(run.errors.contains("Did you mean 'compute_snapshots'?"))
    }

    @Test("On a schema it does not know it claims nothing, says so, and goes on when it is mended")
    func pauses() async throws {
        _ =
            try await query("select ops.migration_applied('0099_future', 'x')::text is null")
            as Bool
        _ = try await query("select work.enqueue('run_cycle', '{\"cycle_id\":1}')") as Int64
        let handler = Recorder()
        let errors = Collected()
        let service = try service(handler, untilIdle: false, errors: errors)
        let working = Task { try await service.run() }
        try await eventually { errors.text.contains("paused: the database's schema is 0099") }
        #expect(handler.seen.text == "")
        #expect(try await query("select count(*) from work.worker") == 0)

        let admin = try await Connection.connect(ScratchDatabase.require().admin)
        try await admin.execute("delete from ops.migration where name = '0099_future'")
        try await eventually { handler.seen.text == "1 " }

        // A newer schema while it works: it stops claiming and pauses again.
        _ = try await admin.query("select ops.migration_applied('0099_future', 'x')")
        try await eventually { errors.text.components(separatedBy: "paused:").count == 3 }
        #expect(try await query("select count(*) from work.worker") == 0)
        await admin.close()
        working.cancel()
        try await working.value
        await service.pool.close()
    }

    @Test("A schema it does not know ends --until-idle")
    func untilIdleOnOtherSchema() async throws {
        _ =
            try await query("select ops.migration_applied('0099_future', 'x')::text is null")
            as Bool
        let run = try await BellwetherCommand.run(
            "worker", "--until-idle", "--kinds", "compute_snapshots", as: "bellwether_worker")
        #expect(run.code == .schema)
        #expect(run.errors.contains("0099_future"))
    }

    @Test("SIGHUP reads the configuration again, SIGTERM ends it and hands back what it holds")
    func signals() async throws {
        let folder = try ScratchFolder()
        let file = try folder.file("bellwether.conf", "log_level = info\n")
        let manager = try DatagramSocket("@bellwether-\(UUID())")
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
            .deletingLastPathComponent().appending(path: "bellwether")
        process.arguments = ["worker", "--config", file, "--log-format", "json"]
        process.environment = [
            "DATABASE_URL": try ScratchDatabase.require().url(as: "bellwether_worker"),
            "PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": manager.address,
            "WATCHDOG_USEC": "200000",
        ]
        let pipe = Pipe()
        process.standardError = pipe
        let errors = Collected()
        let heard = Collected()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            errors.add(String(decoding: handle.availableData, as: UTF8.self))
        }
        try process.run()
        try await eventually { errors.text.contains("is ready") }
        try await eventually {
            manager.drain(into: heard)
            return heard.text.contains("READY=1") && heard.text.contains("WATCHDOG=1")
        }
        _ = try folder.file("bellwether.conf", "log_level = debug\nconcurrency = 3\n")
        kill(process.processIdentifier, SIGHUP)
        try await eventually { errors.text.contains("\"log_level\":\"debug\"") }
        #expect(errors.text.contains("\"concurrency\":3"))
        // A file that is wrong changes nothing and ends nothing.
        _ = try folder.file("bellwether.conf", "log_level = loud\n")
        kill(process.processIdentifier, SIGHUP)
        try await eventually { errors.text.contains("the configuration stays as it was") }
        #expect(process.isRunning)
        kill(process.processIdentifier, SIGTERM)
        try await eventually { !process.isRunning }
        #expect(process.terminationStatus == 0)
        #expect(process.terminationReason == .exit)
        #expect(try await query("select count(*) from work.worker") == 0)
        manager.drain(into: heard)
        #expect(heard.text.contains("RELOADING=1"))
        #expect(heard.text.contains("STOPPING=1"))
        pipe.fileHandleForReading.readabilityHandler = nil
    }

    /// Waits until it is so; the limit is for a test that fails.
    private func eventually(
        _ isSo: @Sendable () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !isSo() {
            guard ContinuousClock.now < deadline else {
                Issue.record("it never came to be", sourceLocation: sourceLocation)
                throw TestServerError("waited in vain")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension DatagramSocket {
    /// Takes what has come.
    fileprivate func drain(into collected: Collected) {
        while let datagram = next(waiting: false) { collected.add(datagram + "\n") }
    }
}
