import Foundation
import Postgres
import Store

/// Checks of the database, from being there at all to the age of its data.
struct DatabaseChecks: Sendable {
    let target: ConnectionTarget

    /// Stops at the first that makes the following ones impossible.
    func run() async -> [Finding] {
        let connection: Connection
        do {
            connection = try await Connection.connect(target)
        } catch {
            return [Finding("database", failed: error)]
        }
        let findings = await checks(on: connection)
        await connection.close()
        return findings
    }

    private func checks(on connection: isolated Connection) async -> [Finding] {
        var findings = [await server(on: connection)]
        findings.append(await clock(on: connection))
        findings.append(await extensionVersion(on: connection))
        findings.append(await schema(on: connection))
        findings += await disk(on: connection)
        guard findings.allSatisfy({ $0.state != .fail }) else { return findings }
        do {
            findings += try await Ops.health(on: connection).map { row in
                Finding(
                    row.name, Finding.State(rawValue: row.state) ?? .fail, row.message,
                    mend: row.mend)
            }
        } catch {
            findings.append(Finding("health", failed: error))
        }
        return findings
    }

    private func server(on connection: isolated Connection) async -> Finding {
        do {
            let version = try await Ops.server(on: connection).version
            return Finding(
                "database", version >= 150_000 ? .ok : .fail,
                "PostgreSQL \(version / 10_000).\(version % 10_000), \(target)",
                mend: "PostgreSQL 15 is the oldest that is supported.", code: .schema)
        } catch {
            return Finding("database", failed: error)
        }
    }

    /// Leases, schedules and the freshness of data are judged by the server's clock.
    private func clock(on connection: isolated Connection) async -> Finding {
        do {
            let ahead = try await Ops.server(on: connection).time.timeIntervalSinceNow
            let isClose = abs(ahead) < 2
            return Finding(
                "clock", isClose ? .ok : .warn,
                isClose
                    ? "the server's agrees with ours"
                    : "the server's is \(Int(ahead.rounded())) s ahead of ours",
                mend: "Let both keep time by NTP.")
        } catch {
            return Finding("clock", failed: error)
        }
    }

    private func extensionVersion(on connection: isolated Connection) async -> Finding {
        do {
            let name = Migrator.extensionName
            let versions = try await Ops.extensionVersions(name, on: connection)
            switch (versions.available, versions.installed) {
            case (nil, _):
                return Finding(
                    "extension", .fail, "the server does not have the extension \(name)",
                    mend: "make -C extension install PG_CONFIG=/path/of/pg_config", code: .schema)
            case (_, nil):
                return Finding(
                    "extension", .fail, "the database does not have the extension \(name)",
                    mend: "Run as a superuser: bellwether migrate", code: .schema)
            case (.some(let available), .some(let installed)):
                return Finding(
                    "extension", available == installed ? .ok : .warn,
                    available == installed
                        ? "\(name) \(installed)"
                        : "\(name) \(installed), the server has \(available)",
                    mend: "Run as a superuser: bellwether migrate")
            }
        } catch {
            return Finding("extension", failed: error)
        }
    }

    private func schema(on connection: isolated Connection) async -> Finding {
        do {
            if let failure = try await SchemaState.read(on: connection).failure {
                return Finding("schema", failed: failure)
            }
            return Finding("schema", .ok, Version.schema)
        } catch {
            return Finding("schema", failed: error)
        }
    }

    /// Only where the server's folder is on this machine and the login may know it.
    private func disk(on connection: isolated Connection) async -> [Finding] {
        do {
            guard let folder = try await Ops.dataFolder(on: connection) else { return [] }
            return MachineChecks.disk("disk of the database", folder).map { [$0] } ?? []
        } catch {
            return [Finding("disk of the database", failed: error)]
        }
    }
}
