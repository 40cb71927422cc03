import Foundation
import Postgres
import Store

/// `bellwether jobs`: what all see of the queue; its other commands are beside this file.
enum JobsCommand {
    static let json = Option<Bool>.json
    static let limit = Option<Count>.value(
        "limit", "How many to show, newest first", default: Count(20))

    static let command = Command(
        name: "jobs",
        summary: "look at the queue, and take a hand in it",
        subcommands: [
            Command(
                name: "stats", summary: "what waits, runs, is done and dead, by kind",
                options: [json.description],
                examples: [Example("bellwether jobs stats", "Depth and times of each kind")],
                needs: [.databaseURL], action: { try await stats($0) }),
            Command(
                name: "workers", summary: "which workers live",
                options: [json.description],
                examples: [Example("bellwether jobs workers", "Their last sign of life")],
                needs: [.databaseURL], action: { try await workers($0) }),
            Command(
                name: "dead", summary: "jobs that failed for good, and why",
                options: [limit.description, json.description],
                examples: [Example("bellwether jobs dead --limit 5", "The last five")],
                needs: [.databaseURL], action: { try await dead($0) }),
            list, show, retryCommand, cancel, pause, resume, top, probe,
        ])

    private static func stats(_ context: Context) async throws -> ExitCode {
        let stats = try await context.withDatabase(as: "jobs") { connection in
            try await Work.stats(on: connection)
        }
        if context.invocation[json] {
            try context.output.json(stats)
            return .success
        }
        var table = TextTable(
            "kind", "tenant", "ready", "leased", "waiting", "dead", "done/h", "oldest s",
            "wait p50 ms", "run p50 ms")
        for line in stats {
            table.append(
                line.kind, "\(line.tenant)", "\(line.ready)", "\(line.leased)", "\(line.waiting)",
                "\(line.dead)", "\(line.doneLastHour)", number(line.oldestReadySeconds),
                number(line.waitMsP50), number(line.runMsP50))
        }
        context.output.write(
            table, orElse: "no jobs, and none was done in the last hour",
            spare: [5, 4, 9, 3])
        return .success
    }

    private static func workers(_ context: Context) async throws -> ExitCode {
        let workers = try await context.withDatabase(as: "jobs") { connection in
            try await Work.workers(on: connection)
        }
        if context.invocation[json] {
            try context.output.json(workers)
            return .success
        }
        var table = TextTable("worker", "host", "pid", "version", "idle", "heartbeat", "kinds")
        for worker in workers {
            table.append(
                "\(worker.worker)", worker.host, "\(worker.processID)", worker.version,
                worker.isIdle ? "yes" : "no", worker.heartbeatAt.formatted(.iso8601),
                worker.kinds.joined(separator: " "))
        }
        context.output.write(
            table, orElse: "no worker lives; 'bellwether worker' starts one", spare: [3, 5])
        return .success
    }

    private static func dead(_ context: Context) async throws -> ExitCode {
        let count = context.invocation[limit].value
        let jobs = try await context.withDatabase(as: "jobs") { connection in
            try await Work.dead(limit: count, on: connection)
        }
        if context.invocation[json] {
            try context.output.json(jobs)
            return .success
        }
        var table = TextTable("job", "tenant", "kind", "starts", "died at", "why", "error")
        for job in jobs {
            let error = job.error.split(whereSeparator: \.isNewline).first ?? ""
            table.append(
                "\(job.job)", "\(job.tenant)", job.kind, "\(job.attempt)",
                job.diedAt.formatted(.iso8601), job.reason, String(error.prefix(200)))
        }
        context.output.write(table, orElse: "no job is dead", spare: [3, 1, 4])
        return .success
    }

    static func number(_ value: Double?) -> String {
        value.map { String(format: "%.1f", $0) } ?? "-"
    }
}

extension Output {
    /// The rows, as wide as the terminal is; the sentence if there are none.
    func write(_ table: TextTable, orElse sentence: String, spare: [Int] = []) {
        table.isEmpty ? line(sentence) : write(table.text(width: width, spare: spare))
    }
}
