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
                try await Work.requeueDead(kind: kind, tenant: tenant, on: connection)
            }
            context.output.line("\(count) dead jobs live again")
            return .success
        }
        let lines = try await context.withDatabase(as: "jobs") { connection in
            try await connection.transaction { connection in
                var lines: [String] = []
                for job in jobs {
                    if try await Work.retry(jobs: [job], on: connection) == 1 {
                        lines.append("job \(job) starts now")
                    } else {
                        let new = try await Work.requeueDead(job: job, on: connection)
                        lines.append("dead job \(job) lives again as \(new)")
                    }
                }
                return lines
            }
        }
        for line in lines { context.output.line(line) }
        return .success
    }

    private static func cancel(_ context: Context) async throws -> ExitCode {
        let jobs = try numbers(context.invocation)
        let count = try await context.withDatabase(as: "jobs") { connection in
            try await Work.cancel(jobs: jobs, on: connection)
        }
        context.output.line("\(count) jobs canceled")
        return count == Set(jobs).count ? .success : .failure
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
        let hasChanged = try await context.withDatabase(as: "jobs") { connection in
            isPaused
                ? try await Work.pause(what, reason: reason, on: connection)
                : try await Work.resume(what, on: connection)
        }
        let state = isPaused ? "paused" : "resumed"
        let before = isPaused ? "paused already" : "not paused"
        context.output.line("\(what.text): \(hasChanged ? state : "was \(before)")")
        return .success
    }
}
