import Postgres
import Store

/// `bellwether graph`
enum GraphCommand {
    static let command = Command(
        name: "graph", summary: "make, show and delete the graph of a tenant's desk",
        discussion: """
            The graph follows from the tenant's rows and is kept with them; these are for whoever \
            runs the database, as a superuser.
            """,
        subcommands: [rebuild, export, delete])

    private static let tenant = Option<TenantNumber>.required("tenant", "The tenant's number")
    private static let json = Option<Bool>.json

    private static let rebuild = Command(
        name: "rebuild", summary: "make the graph anew from the tenant's rows: the same graph",
        options: [tenant.description, json.description],
        examples: [
            Example("bellwether graph rebuild --tenant 1", "After rows were restored by hand")
        ],
        needs: [.databaseURL],
        action: { context in
            let made = try await context.withDatabase(as: "graph") { connection in
                try await Graph.rebuild(
                    tenant: context.invocation[tenant].value, on: connection)
            }
            if context.invocation[json] {
                try context.output.json(made)
            } else {
                context.output.line("\(made.nodes) nodes, \(made.edges) edges")
            }
            return .success
        })

    private static let export = Command(
        name: "export", summary: "print the graph as JSON; equal graphs give equal text",
        options: [tenant.description], needs: [.databaseURL],
        action: { context in
            let graph = try await context.withDatabase(as: "graph") { connection in
                try await Graph.export(
                    tenant: context.invocation[tenant].value, on: connection)
            }
            context.output.line(graph)
            return .success
        })

    private static let delete = Command(
        name: "delete", summary: "delete the graph; the rows stay, and rebuild brings it back",
        options: [tenant.description], needs: [.databaseURL],
        action: { context in
            let removed = try await context.withDatabase(as: "graph") { connection in
                try await Graph.delete(
                    tenant: context.invocation[tenant].value, on: connection)
            }
            context.output.line("\(removed) nodes deleted")
            return .success
        })
}

/// A tenant's number; 0 is the system's own.
struct TenantNumber: ArgumentValue, Equatable, CustomStringConvertible {
    let value: Int32

    init?(argument: String) {
        guard let value = Int32(argument), value >= 0 else { return nil }
        self.value = value
    }

    var description: String { String(value) }
    static var placeholder: String { "TENANT" }
    static var wanted: String { "a tenant's number, from 0" }
}
