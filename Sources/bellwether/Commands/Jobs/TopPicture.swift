import Foundation
import Store

/// One look at the queue: as numbers for programs, as lines for people.
struct TopPicture: Encodable {
    let at: Date
    let workers: Int
    let idleWorkers: Int
    let counters: [String: Int]
    let paused: [PausedWork]
    let kinds: [TopLine]
    let busyWorkers: [BusyWorker]

    struct BusyWorker: Encodable, Equatable {
        let worker: Int32
        let host: String
        let processID: Int
        let jobs: Int
        let isIdle: Bool
        let silentSeconds: Double
    }

    /// As many lines as there is room for; nil for all, as wide as they get.
    func lines(in size: Terminal.Size?) -> [String] {
        var lines = head.map { TextTable.cut($0, to: size?.columns) }
        // Blank lines, headings, and the line below are counted, too.
        let room = size.map { max(1, $0.rows - lines.count - 2) } ?? .max
        let workerRows = workerLines(size)
        let forWorkers = min(workerRows.count, max(room / 3, room - kinds.count - 2))
        lines.append("")
        lines += Self.first(max(1, room - forWorkers - 1), of: kindLines(size), "kinds")
        if forWorkers > 1 {
            lines.append("")
            lines += Self.first(forWorkers, of: workerRows, "workers")
        }
        return size.map { Array(lines.prefix($0.rows)) } ?? lines
    }

    private func counter(_ name: String) -> Int { counters[name] ?? 0 }

    private var head: [String] {
        func sum(_ value: (TopLine) -> Int) -> Int { kinds.map(value).reduce(0, +) }
        let oldest = kinds.compactMap(\.oldestReadySeconds).max()
        var head = [
            "\(at.formatted(.iso8601))  \(workers) workers, \(idleWorkers) idle",
            """
            ready \(sum(\.ready))  leased \(sum(\.leased))  waiting \(sum(\.waiting))  \
            blocked \(sum(\.blocked))  dead \(sum(\.dead))  \
            done/s \(JobsCommand.number(kinds.map(\.perSecond).reduce(0, +)))  \
            oldest \(oldest.map { JobsCommand.number($0) + " s" } ?? "-")
            """,
            """
            wake-ups \(counter("wake_ups_sent")) sent, \(counter("wake_ups_suppressed")) \
            suppressed; \(counter("jobs_retried")) retried, \(counter("jobs_rescued")) rescued, \
            \(counter("leases_lost")) leases lost
            """,
        ]
        for paused in paused {
            head.append(
                TextTable.clean(
                    "paused: \(paused.text)\(paused.reason.map { " (\($0))" } ?? "")"))
        }
        return head
    }

    private func kindLines(_ size: Terminal.Size?) -> [String] {
        if kinds.isEmpty { return ["no jobs, and none was done lately"] }
        var table = TextTable(
            "kind", "ready", "leased", "waiting", "blocked", "dead", "done/s", "oldest s",
            "wait p50 ms", "p99", "run p50 ms", "p99")
        for line in kinds {
            table.append(
                line.kind, "\(line.ready)", "\(line.leased)", "\(line.waiting)",
                "\(line.blocked)", "\(line.dead)", JobsCommand.number(line.perSecond),
                JobsCommand.number(line.oldestReadySeconds), JobsCommand.number(line.waitMsP50),
                JobsCommand.number(line.waitMsP99), JobsCommand.number(line.runMsP50),
                JobsCommand.number(line.runMsP99))
        }
        // Blocked and waiting are in the sums above.
        let text = table.text(width: size?.columns, spare: [4, 3, 11, 2, 10, 5, 7, 9])
        return text.split(separator: "\n").map(String.init)
    }

    private func workerLines(_ size: Terminal.Size?) -> [String] {
        var table = TextTable("worker", "jobs", "seen s ago", "idle", "process")
        for worker in busyWorkers {
            table.append(
                "\(worker.worker)", "\(worker.jobs)", JobsCommand.number(worker.silentSeconds),
                worker.isIdle ? "yes" : "no", "\(worker.host):\(worker.processID)")
        }
        if table.isEmpty { return [] }
        return table.text(width: size?.columns, spare: [3, 4]).split(separator: "\n")
            .map(String.init)
    }

    private static func first(_ count: Int, of lines: [String], _ what: String) -> [String] {
        if lines.count <= count { return lines }
        return lines.prefix(count - 1) + ["… \(lines.count - count + 1) more \(what)"]
    }
}
