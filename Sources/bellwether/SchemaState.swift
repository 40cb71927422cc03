import Postgres
import Store

/// Whether the database has the schema that this program was made for.
enum SchemaState: Equatable, Sendable {
    case known
    case missing
    case older(String)
    case newer(String)

    init(installed: String?, known: String = Version.schema) {
        switch installed {
        case nil: self = .missing
        case known: self = .known
        case .some(let name): self = name < known ? .older(name) : .newer(name)
        }
    }

    static func read(on connection: isolated Connection) async throws(PostgresError) -> SchemaState
    {
        SchemaState(installed: try await Ops.schemaVersion(on: connection))
    }

    /// What is wrong and the way out; nil if nothing is.
    var failure: ProgramError? {
        switch self {
        case .known: nil
        case .missing:
            ProgramError(
                .schema, "the database has none of our schema",
                hint: "Run as a superuser: bellwether migrate")
        case .older(let name):
            ProgramError(
                .schema, "the database's schema is \(name), older than \(Version.schema)",
                hint: "Run as a superuser: bellwether migrate")
        case .newer(let name):
            ProgramError(
                .schema, "the database's schema is \(name), newer than \(Version.schema)",
                hint: "Use the program that belongs to it.")
        }
    }

    func require() throws(ProgramError) {
        if let failure { throw failure }
    }
}
