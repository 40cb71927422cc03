import Foundation
import Postgres
import Store

/// `bellwether key`
enum KeyCommand {
    static let command = Command(
        name: "key", summary: "make, list and end the keys of programs",
        discussion: """
            A key belongs to one tenant and has scopes: read sees, trade also places orders and \
            halts, admin also changes settings. Its secret is shown once, by create.
            """,
        subcommands: [create, list, revoke, rotate])

    private static let tenant = Option<Count>.value(
        "tenant", "The tenant's number", default: Count(1))
    private static let name = Option<String>.value(
        "name", value: "TEXT", "What the key is for", default: "key")
    private static let scopes = Option<[String]>.repeated(
        "scopes", value: "SCOPE", "read, trade or admin; read if none is given")
    private static let expires = Option<Duration>.value(
        "expires", "How long it works", default: .seconds(365 * 86_400))
    private static let rate = Option<Count>.value(
        "rate", "Requests a second", default: Count(50))
    private static let json = Option<Bool>.json
    private static let number = Positional(name: "KEY", help: "Its number, from 'key list'")

    private static let create = Command(
        name: "create", summary: "make a key and show its secret",
        options: [
            tenant.description, name.description, scopes.description, expires.description,
            rate.description, json.description,
        ],
        examples: [
            Example("bellwether key create --tenant 1 --scopes read,trade", "For a trader's page")
        ],
        needs: [.databaseURL],
        action: { context in
            let invocation = context.invocation
            let wanted = invocation[scopes].isEmpty ? ["read"] : invocation[scopes]
            let made = try await context.withDatabase(as: "key") { connection in
                try await APIKeys.create(
                    tenant: Int32(invocation[tenant].value), name: invocation[name],
                    scopes: wanted, expiresIn: invocation[expires],
                    rate: Double(invocation[rate].value), on: connection)
            }
            if invocation[json] {
                try context.output.json(made)
            } else {
                context.output.line(made.secret)
                context.log.info("key \(made.key), shown this once")
            }
            return .success
        })

    private static let list = Command(
        name: "list", summary: "every key, without its secret", options: [json.description],
        needs: [.databaseURL],
        action: { context in
            let keys = try await context.withDatabase(as: "key") { connection in
                try await APIKeys.all(on: connection)
            }
            if context.invocation[json] {
                try context.output.json(keys)
            } else {
                var table = TextTable("key", "tenant", "name", "scopes", "state", "last used")
                for key in keys {
                    table.append(
                        "\(key.key)", "\(key.tenant)", key.name,
                        key.scopes.joined(separator: ","), key.state, key.lastUsedAt ?? "never")
                }
                context.output.write(table.text)
            }
            return .success
        })

    private static let revoke = Command(
        name: "revoke", summary: "end a key within seconds", positionals: [number],
        needs: [.databaseURL],
        action: { context in
            let key = try wanted(context)
            let isDone = try await context.withDatabase(as: "key") { connection in
                try await APIKeys.revoke(key, on: connection)
            }
            guard isDone else {
                throw ProgramError(.failure, "there is no key \(key) in use")
            }
            context.log.info("key \(key) is revoked")
            return .success
        })

    private static let rotate = Command(
        name: "rotate", summary: "make a successor; the old one works for another hour",
        positionals: [number],
        options: [json.description], needs: [.databaseURL],
        action: { context in
            let key = try wanted(context)
            let made = try await context.withDatabase(as: "key") { connection in
                try await APIKeys.rotate(key, on: connection)
            }
            if context.invocation[json] {
                try context.output.json(made)
            } else {
                context.output.line(made.secret)
            }
            return .success
        })

    private static func wanted(_ context: Context) throws(ProgramError) -> Int64 {
        let text = context.invocation.arguments[0]
        guard let key = Int64(text) else {
            throw ProgramError(.usage, "'\(text)' is no number of a key")
        }
        return key
    }
}
