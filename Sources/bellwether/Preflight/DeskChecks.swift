import Foundation
import Postgres
import Store

/// The checks that a database answers: the one that is to trade, and the one that traded on paper.
struct DeskChecks: Sendable {
    let target: ConnectionTarget
    let tenant: Int32

    /// - Parameter broker: Whether this machine has keys of one.
    func live(account: Int64?, broker: Bool) async throws -> [PreflightCheck] {
        await asked("database") { connection in
            var checks = [PreflightCheck("database", true, "reached, schema \(Version.schema)")]
            checks.append(
                OutsideChecks.clock("database's clock", try await Ops.server(on: connection).time))
            let accounts = try await Trade.accounts(on: connection).filter { $0.broker != "paper" }
            guard let wanted = account ?? (accounts.count == 1 ? accounts.first?.id : nil) else {
                let found =
                    accounts.isEmpty ? "none at a broker" : "several: name one with --account"
                return checks + [PreflightCheck("account", false, found)]
            }
            return checks
                + (try await Trade.liveReadiness(account: wanted, on: connection))
                .map(PreflightCheck.init)
        }
    }

    /// - Parameter live: The database that is to trade, which must be another one.
    func record(account: Int64?, besides live: ConnectionTarget) async throws -> [PreflightCheck] {
        let other = try await Self.identity(live)
        return await asked("paper database") { connection in
            let own = try await Ops.identity(on: connection)
            var checks = [
                PreflightCheck(
                    "paper database", own != other,
                    own == other ? "it is the one that is to trade real money" : "another one")
            ]
            let accounts = try await Trade.accounts(on: connection).filter { $0.broker == "paper" }
            guard let wanted = account ?? accounts.first?.id else {
                return checks + [PreflightCheck("paper days", false, "no account on paper")]
            }
            checks += (try await Trade.paperRecord(account: wanted, on: connection))
                .map(PreflightCheck.init)
            return checks
        }
    }

    private static func identity(_ target: ConnectionTarget) async throws -> String {
        let connection = try await Connection.connect(target)
        let identity = try await Ops.identity(on: connection)
        await connection.close()
        return identity
    }

    /// Asks inside the tenant; what cannot be asked is a check that failed.
    private func asked(
        _ name: String,
        _ body: @Sendable (isolated Connection) async throws -> [PreflightCheck]
    ) async -> [PreflightCheck] {
        do {
            let connection = try await Connection.connect(target)
            do {
                try await SchemaState.read(on: connection).require()
                let checks = try await connection.inTenant(tenant, body)
                await connection.close()
                return checks
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            return [PreflightCheck(name, failed: error)]
        }
    }
}
