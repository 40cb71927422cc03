import Foundation
import Postgres
import Store

/// `bellwether halt` and `bellwether resume`
enum HaltCommand {
    private static let tenant = Option<Count>.value(
        "tenant", "The tenant's number", default: Count(1))
    private enum Scope: String, CaseIterable, ArgumentValue {
        case tenant, account, strategy, symbol
    }

    private static let scope = Option<Scope>.value("scope", "What it is about", default: .tenant)
    private static let target = Option<String?>.optional(
        "target", value: "NAME", "The account's or strategy's number, or the symbol")
    private static let lasting = Option<Duration?>.optional(
        "for", "How long; until somebody resumes if it is not given")
    private static let file = Option<Bool>.flag(
        "file",
        "Write the halt file instead of a row: for when the database does not answer, or when all "
            + "workers of this machine are to stop")
    private static let fileGone = Option<Bool>.flag(
        "file", "Remove the halt file of this machine instead of ending a halt of the database")
    private static let why = Positional(name: "REASON", help: "Why; everybody will see it")

    static let halt = Command(
        name: "halt", summary: "stop trading, from the next order row on",
        discussion: """
            Orders that wait are canceled, those that may have left are only asked for. With --file \
            no database is needed: every worker that sees the file (BELLWETHER_HALT_FILE, by default \
            \(HaltFile.usualPath)) sends nothing and halts the tenants whose orders it would have sent.
            """,
        positionals: [why],
        options: [
            tenant.description, scope.description, target.description, lasting.description,
            file.description,
        ],
        examples: [
            Example("bellwether halt 'the feed looks wrong'", "Everything of tenant 1"),
            Example("bellwether halt --scope symbol --target AAPL earnings", "One symbol"),
            Example("bellwether halt --file 'all else fails'", "This machine, without a database"),
        ],
        action: { context in
            let reason = context.invocation.arguments[0]
            if context.invocation[file] {
                let halt = HaltFile()
                do { try halt.write(reason) } catch {
                    throw ProgramError(
                        .failure, "the halt file \(halt.path) cannot be written",
                        hint: "Name another with \(HaltFile.variable), for the workers, too.")
                }
                context.log.info("\(halt.path) is there: workers that see it send nothing")
                return .success
            }
            let wanted = try wanted(context)
            let lasting = context.invocation[lasting]
            try await context.withDatabase(as: "halt") { connection in
                try await connection.inTenant(wanted.tenant) { connection in
                    try await Risk.halt(
                        reason, scope: wanted.scope, target: wanted.target, for: lasting,
                        on: connection)
                }
            }
            context.log.info("\(wanted.scope) \(wanted.target ?? "\(wanted.tenant)") is halted")
            return .success
        })

    static let resume = Command(
        name: "resume", summary: "end a halt",
        discussion: """
            The circuit breaker is not resumed but closed. With --file the halt file of this machine \
            is removed; the tenants that its workers halted are resumed one by one without it.
            """,
        positionals: [why],
        options: [
            tenant.description, scope.description, target.description, fileGone.description,
        ],
        examples: [Example("bellwether resume 'the feed is fine'", "Everything of tenant 1")],
        action: { context in
            if context.invocation[fileGone] {
                let halt = HaltFile()
                guard try halt.remove() else {
                    throw ProgramError(.failure, "there is no halt file \(halt.path)")
                }
                context.log.info("\(halt.path) is gone")
                return .success
            }
            let reason = context.invocation.arguments[0]
            let wanted = try wanted(context)
            try await context.withDatabase(as: "resume") { connection in
                try await connection.inTenant(wanted.tenant) { connection in
                    try await Risk.resume(
                        reason, scope: wanted.scope, target: wanted.target, on: connection)
                }
            }
            context.log.info("\(wanted.scope) \(wanted.target ?? "\(wanted.tenant)") goes on")
            return .success
        })

    private struct Wanted: Sendable {
        let tenant: Int32
        let scope: String
        let target: String?
    }

    private static func wanted(_ context: Context) throws(ProgramError) -> Wanted {
        let scope = context.invocation[scope]
        let target = context.invocation[target]
        if scope != .tenant, target == nil {
            throw ProgramError(
                .usage, "which \(scope.rawValue) is not said",
                hint: "Name it with --target; --tenant is whose it is.")
        }
        return Wanted(
            tenant: Int32(context.invocation[tenant].value), scope: scope.rawValue, target: target)
    }
}
