import Postgres
import Store

/// `bellwether promote`
enum Promote {
    private static let paper = Option<Secret<String>>.required(
        "paper", value: "URL", "The database in which the desk traded on paper")
    private static let tenant = Option<Count>.value(
        "tenant", "The tenant's number, the same in both", default: Count(1))
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "promote",
        summary: "take what was learnt on paper into the live database",
        discussion: """
            Copies the tenant's prompts, the weights of its agents, and what agents stood for with \
            what came of it; orders, positions and money stay where they are. Run again it adds only \
            what is new.
            """,
        options: [paper.description, tenant.description, json.description],
        examples: [
            Example("bellwether promote --database LIVE --paper PAPER", "Prompts, weights, memory")
        ],
        needs: [.databaseURL],
        action: { context in
            let tenant = Int32(context.invocation[tenant].value)
            let target = try ConnectionTarget(context.invocation[paper].reveal())
                .applicationName("bellwether promote")
            let source = try await Connection.connect(target)
            let learnt: JSON
            let paperDatabase: String
            do {
                try await SchemaState.read(on: source).require()
                paperDatabase = try await Ops.identity(on: source)
                learnt = try await source.inTenant(tenant) { connection in
                    try await Agent.learnt(on: connection)
                }
            } catch {
                await source.close()
                throw error
            }
            await source.close()
            let taken = try await context.withDatabase(as: "promote") { connection in
                if try await Ops.identity(on: connection) == paperDatabase {
                    throw ProgramError(
                        .usage, "both are the same database",
                        hint: "--database names the one that is to trade, --paper another.")
                }
                return try await connection.inTenant(tenant) { connection in
                    try await Agent.takeLearnt(learnt, on: connection)
                }
            }
            if context.invocation[json] {
                try context.output.json(taken)
            } else {
                context.output.line(
                    "new: \(taken.prompts) prompts, \(taken.weights) weights, "
                        + "\(taken.actions) actions")
            }
            return .success
        })
}
