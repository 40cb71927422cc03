import Foundation
import Postgres
import Store

// `bellwether jobs retry`, `cancel`, `pause` and `resume`.

extension JobsCommand {
    private static let queue = Option<String?>.optional(
        "queue", value: "QUEUE", "Kinds of this queue")
    private static let reason = Option<String?>.optional(
        "reason", value: "TEXT", "Why, for those who look later")
    private static let everything = Option<Bool>.flag("all", "Everything there is")

    static let retryCommand = Command(
        name: "retry", summary: "give dead jobs a new life, and let waiting ones start now",
        discussion: """
            All of the jobs that are named, or none. Instead of numbers a kind or a tenant may be \
            given: all their dead jobs live again.
            """,
        positionals: [
            Positional(name: jobs.name, help: jobs.help, isRequired: false, isRepeated: true)
        ],
        options: [kind.description, tenant.description],
        examples: [
            Example("bellwether jobs retry 4711", "Try it again"),
            Example("bellwether jobs retry --kind run_cycle", "All dead ones of a kind"),
        ],
        needs: [.databaseURL], action: { try await retry($0) })

    static let cancel = Command(
        name: "cancel", summary: "move jobs to the dead ones; one that runs loses its result",
        positionals: [jobs],
        examples: [Example("bellwether jobs cancel 4711 4712", "Do not do these")],
        needs: [.databaseURL], action: { try await cancel($0) })

    static let pause = Command(
        name: "pause", summary: "let no new job start of a queue, a kind or a tenant",
        discussion: "What runs is finished. Several conditions mean what they have in common.",
        options: [
            queue.description, kind.description, tenant.description, everything.description,
            reason.description,
        ],
        examples: [
            Example(
                "bellwether jobs pause --kind embed_snapshots --reason 'new model'",
                "Embed nothing for now")
        ],
        needs: [.databaseURL], action: { try await hold($0, isPaused: true) })

    static let resume = Command(
        name: "resume", summary: "take a pause back",
        options: [
            queue.description, kind.description, tenant.description, everything.description,
        ],
        examples: [Example("bellwether jobs resume --kind embed_snapshots", "Go on")],
        needs: [.databaseURL], action: { try await hold($0, isPaused: false) })

    private static func retry(_ context: Context) async throws -> ExitCode {
        let jobs = try numbers(context.invocation)
        let kind = context.invocation[kind]
        let tenant = try tenantNumber(context.invocation)
        let isBulk = kind != nil || tenant != nil
        guard isBulk != !jobs.isEmpty else {
            throw ProgramError(
                .usage, "name either jobs, or a kind or tenant whose dead jobs shall live again")
        }
        if isBulk {
            let count = try await context.withDatabase(as: "jobs") { connection in
                try await requireKind(kind, on: connection)
                return try await Work.requeueDead(kind: kind, tenant: tenant, on: connection)
            }
            guard count > 0 else {
                let which = PausedWork(kind: kind, tenant: tenant).text
                throw ProgramError(
                    .failure, "no dead jobs of \(which): there is nothing to retry",
                    hint:
                        "'bellwether jobs dead' lists the dead, 'bellwether jobs list' the living.")
            }
            context.output.line("\(count) dead \(count == 1 ? "job lives" : "jobs live") again")
            return .success
        }
        let lines = try await context.withDatabase(as: "jobs") { connection in
            try await connection.transaction { connection in
                var lines: [String] = []
                for job in jobs { lines.append(try await retry(job, on: connection)) }
                return lines
            }
        }
        for line in lines { context.output.line(line) }
        return .success
    }

    /// - Throws: If there is nothing to retry: then none of the jobs is.
    private static func retry(
        _ job: Int64, on connection: isolated Connection
    ) async throws -> String {
        if try await Work.retry(jobs: [job], on: connection) == 1 {
            return "job \(job) starts now"
        }
        let fate = try await Work.fate(ofJob: job, on: connection)
        if fate?.state == "dead" {
            let new = try await Work.requeueDead(job: job, on: connection)
            return new == job
                ? "dead job \(job) lives again"
                : "dead job \(job) lives again as job \(new), which is equal to it"
        }
        throw ProgramError(
            .failure, "job \(job) \(text(of: fate)): there is nothing to retry",
            hint: fate.flatMap { waysOut[$0.state] } ?? unknownJob)
    }

    private static let unknownJob = "Jobs that are done are forgotten after some days."
    private static let waysOut = [
        "ready": "It starts as soon as a worker for its kind has room: 'bellwether jobs workers'.",
        "leased": "To take it from its worker: 'bellwether jobs cancel', then retry.",
        "blocked": "It starts when those before it have ended: 'bellwether jobs show' names them.",
        "done": "Enqueue it anew if it shall be done once more.",
    ]

    /// What a job is, to follow its number.
    private static func text(of fate: JobFate?) -> String {
        guard let fate else { return "is not known" }
        switch fate.state {
        case "done":
            return "was done" + (fate.finishedAt.map { " at \($0.formatted(.iso8601))" } ?? "")
        case "dead": return "is dead already" + (fate.reason.map { " (\($0))" } ?? "")
        case "leased": return "runs" + (fate.worker.map { " at worker \($0)" } ?? "")
        case "blocked":
            let others = fate.waitsFor.map(String.init).joined(separator: ", ")
            return others.isEmpty ? "is blocked by its lane" : "waits for \(others)"
        default: return "is \(fate.state)"
        }
    }

    private static func cancel(_ context: Context) async throws -> ExitCode {
        let jobs = try numbers(context.invocation)
        let answers = try await context.withDatabase(as: "jobs") { connection in
            try await connection.transaction { connection in
                var answers: [(isCanceled: Bool, text: String)] = []
                for job in jobs {
                    let fate = try await Work.fate(ofJob: job, on: connection)
                    let count = try await Work.cancel(jobs: [job], on: connection)
                    let isRunning = count == 1 && fate?.state == "leased"
                    answers.append(
                        count == 1
                            ? (true, isRunning ? "canceled; its result is not kept" : "canceled")
                            : (false, "\(text(of: fate)): there is nothing to cancel"))
                }
                return answers
            }
        }
        for (job, answer) in zip(jobs, answers) {
            context.output.line("job \(job) \(answer.text)")
        }
        return answers.allSatisfy(\.isCanceled) ? .success : .failure
    }

    /// - Throws: If there is no such kind, with the one that was meant.
    static func requireKind(_ kind: String?, on connection: isolated Connection) async throws {
        guard let kind else { return }
        let known = try await Work.kindNames(on: connection)
        if known.contains(kind) { return }
        throw ProgramError(
            .usage, "there is no kind of job '\(TextTable.clean(kind))'",
            hint: Suggestion.nearest(to: kind, in: known).map { "Did you mean '\($0)'?" }
                ?? "The kinds are: \(known.joined(separator: ", "))")
    }

    private static func hold(_ context: Context, isPaused: Bool) async throws -> ExitCode {
        let invocation = context.invocation
        let what = PausedWork(
            queue: invocation[queue], kind: invocation[kind], tenant: try tenantNumber(invocation))
        guard invocation[everything] == (what == PausedWork()) else {
            throw ProgramError(
                .usage, "name a queue, a kind or a tenant, or --all for everything there is")
        }
        let reason = isPaused ? invocation[reason] : nil
        let (hasChanged, others) = try await context.withDatabase(as: "jobs") { connection in
            try await requireKind(what.kind, on: connection)
            let hasChanged =
                isPaused
                ? try await Work.pause(what, reason: reason, on: connection)
                : try await Work.resume(what, on: connection)
            return (hasChanged, try await Work.paused(on: connection))
        }
        let state = isPaused ? "paused" : "resumed"
        let before = isPaused ? "paused already" : "not paused"
        context.output.line("\(what.text): \(hasChanged ? state : "was \(before)")")
        for other in others where !isPaused && other.mayHold(what) {
            let why = other.reason.map { " (\(TextTable.clean($0)))" } ?? ""
            context.output.line("still paused: \(other.text)\(why)")
        }
        return .success
    }
}
