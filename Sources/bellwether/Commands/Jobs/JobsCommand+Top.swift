import Foundation
import Postgres
import Store

// `bellwether jobs top`: how it goes, again and again.

extension JobsCommand {
    private static let every = Option<Duration>.value(
        "every", "How often it looks", default: .seconds(2))
    private static let over = Option<Duration>.value(
        "over", "The time whose jobs are counted for rates and times", default: .seconds(60))
    private static let count = Option<Count?>.optional(
        "count", "How often it looks in all", default: "for ever on a terminal, else once")

    static let top = Command(
        name: "top", summary: "depth, rate, age and times by kind, live",
        discussion: """
            On a terminal the picture is drawn over the last one until it is stopped; elsewhere \
            pictures follow each other, with --json one document a line.
            """,
        options: [every.description, over.description, count.description, json.description],
        examples: [
            Example("bellwether jobs top", "Watch the queue"),
            Example("bellwether jobs top --count 3 --every 10s --json", "Three samples"),
        ],
        needs: [.databaseURL], action: { try await top($0) })

    /// One look.
    private struct Picture: Encodable {
        let at: Date
        let workers: Int
        let idleWorkers: Int
        let counters: [String: Int]
        let paused: [PausedWork]
        let kinds: [TopLine]
    }

    private static func top(_ context: Context) async throws -> ExitCode {
        let invocation = context.invocation
        let isLive = context.output.isTerminal && !invocation[json]
        let looks = invocation[count]?.value ?? (isLive ? .max : 1)
        try await context.withDatabase(as: "jobs") { connection in
            for look in 1...looks {
                let picture = try await picture(over: invocation[over], on: connection)
                if invocation[json] {
                    try context.output.json(picture)
                } else {
                    let text = Self.text(picture)
                    // Home, then clear what is below.
                    context.output.write(isLive ? "\u{1B}[H\u{1B}[J" + text : text)
                }
                if look < looks { try await Task.sleep(for: invocation[every]) }
            }
        }
        return .success
    }

    private static func picture(
        over period: Duration, on connection: isolated Connection
    ) async throws -> Picture {
        let workers = try await Work.workers(on: connection)
        return Picture(
            at: Date(), workers: workers.count, idleWorkers: workers.count(where: \.isIdle),
            counters: try await Work.counters(on: connection),
            paused: try await Work.paused(on: connection),
            kinds: try await Work.top(over: period, on: connection))
    }

    private static func text(_ picture: Picture) -> String {
        func counter(_ name: String) -> Int { picture.counters[name] ?? 0 }
        var text = """
            \(picture.at.formatted(.iso8601))  \(picture.workers) workers, \
            \(picture.idleWorkers) idle
            wake-ups \(counter("wake_ups_sent")) sent, \(counter("wake_ups_suppressed")) \
            suppressed; \(counter("jobs_retried")) retried, \(counter("jobs_rescued")) rescued, \
            \(counter("leases_lost")) leases lost

            """
        for paused in picture.paused {
            text += "paused: \(paused.text)\(paused.reason.map { " (\($0))" } ?? "")\n"
        }
        var table = TextTable(
            "kind", "ready", "leased", "waiting", "blocked", "dead", "done/s", "oldest s",
            "wait p50 ms", "p99", "run p50 ms", "p99")
        for line in picture.kinds {
            table.append(
                line.kind, "\(line.ready)", "\(line.leased)", "\(line.waiting)",
                "\(line.blocked)", "\(line.dead)", number(line.perSecond),
                number(line.oldestReadySeconds), number(line.waitMsP50), number(line.waitMsP99),
                number(line.runMsP50), number(line.runMsP99))
        }
        return text + table.text
    }
}
