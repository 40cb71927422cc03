import Foundation
import Postgres
import Store

// `bellwether jobs list` and `show`.

/// What a job can be, living or dead.
enum JobState: String, CaseIterable, ArgumentValue {
    case ready, leased, waiting, blocked, dead
}

extension JobsCommand {
    static let kind = Option<String?>.optional("kind", value: "KIND", "Only jobs of this kind")
    static let tenant = Option<Int?>.optional("tenant", "Only jobs of this tenant")
    private static let state = Option<JobState?>.optional("state", "Only jobs in this state")
    static let jobs = Positional(
        name: "JOB", help: "Its number, from 'jobs list' or 'jobs dead'", isRepeated: true)

    static let list = Command(
        name: "list", summary: "jobs that live or are dead, newest first",
        options: [
            kind.description, state.description, tenant.description, limit.description,
            json.description,
        ],
        examples: [
            Example("bellwether jobs list --state ready --kind run_cycle", "What waits to start")
        ],
        needs: [.databaseURL], action: { try await list($0) })

    static let show = Command(
        name: "show", summary: "all that is known of a job",
        positionals: [Positional(name: "JOB", help: "Its number, from 'jobs list'")],
        options: [json.description],
        examples: [Example("bellwether jobs show 4711", "Its state, payload and errors")],
        needs: [.databaseURL], action: { try await show($0) })

    private static func list(_ context: Context) async throws -> ExitCode {
        let invocation = context.invocation
        let tenant = try tenantNumber(invocation)
        let jobs = try await context.withDatabase(as: "jobs") { connection in
            try await requireKind(invocation[kind], on: connection)
            return try await Work.jobs(
                kind: invocation[kind], state: invocation[state]?.rawValue, tenant: tenant,
                limit: invocation[limit].value, on: connection)
        }
        if invocation[json] {
            try context.output.json(jobs)
            return .success
        }
        var table = TextTable(
            "job", "tenant", "kind", "state", "starts", "of", "run at", "lane", "last error")
        for job in jobs {
            let error = job.error?.split(whereSeparator: \.isNewline).first ?? ""
            table.append(
                "\(job.job)", "\(job.tenant)", job.kind, job.state, "\(job.attempt)",
                "\(job.maximumAttempts)", job.runAt.formatted(.iso8601), job.lane ?? "",
                String(error.prefix(200)))
        }
        context.output.write(
            table, orElse: "no such jobs live or are dead", spare: [5, 4, 7, 6, 1])
        return .success
    }

    private static func show(_ context: Context) async throws -> ExitCode {
        guard let job = try numbers(context.invocation).first else { return .usage }
        let isJSON = context.invocation[json]
        let text = try await context.withDatabase(as: "jobs") { connection -> String? in
            if isJSON { return try await Work.job(job, on: connection)?.text }
            let fields = try await Work.fields(ofJob: job, on: connection)
            let width = fields.map(\.name.count).max() ?? 0
            return fields.isEmpty
                ? nil
                : fields.map { field in
                    let space = String(repeating: " ", count: width - field.name.count)
                    let lines = field.value.split(
                        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                    let indent = "\n" + String(repeating: " ", count: width + 2)
                    let value = lines.map { TextTable.clean(String($0)) }
                    return "\(field.name)\(space)  \(value.joined(separator: indent))"
                }.joined(separator: "\n")
        }
        guard let text else {
            throw ProgramError(
                .failure, "there is no job \(job)",
                hint: "Jobs that are done are forgotten after some days.")
        }
        context.output.line(text)
        return .success
    }

    /// The numbers of jobs among the arguments.
    static func numbers(_ invocation: Invocation) throws(ProgramError) -> [Int64] {
        var numbers: [Int64] = []
        for text in invocation.arguments {
            guard let number = Int64(text) else {
                throw ProgramError(
                    .usage, "'\(TextTable.clean(text))' is no number of a job",
                    hint: "The numbers are in 'bellwether jobs list'.")
            }
            if !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    static func tenantNumber(_ invocation: Invocation) throws(ProgramError) -> Int32? {
        guard let number = invocation[tenant] else { return nil }
        guard let tenant = Int32(exactly: number), tenant >= 0 else {
            throw ProgramError(.usage, "\(number) is no number of a tenant")
        }
        return tenant
    }
}
