package import Postgres

/// Whose rows a transaction sees.
package enum Tenancy {
    /// Acts for a tenant until the transaction ends; outside one it has no effect.
    package static func act(
        for tenant: Int32, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select set_config('bellwether.tenant', \(bind: String(tenant)), true)")
    }
}

extension Pool {
    /// Lends a connection for one transaction that acts for a tenant.
    package func transaction<Value: Sendable>(
        for tenant: Int32, _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        try await transaction { connection in
            try await Tenancy.act(for: tenant, on: connection)
            return try await body(connection)
        }
    }
}

extension Connection {
    /// Runs one transaction that acts for a tenant.
    package func inTenant<Value: Sendable>(
        _ tenant: Int32, _ body: @Sendable (isolated Connection) async throws -> Value
    ) async throws -> Value {
        try await transaction { connection in
            try await Tenancy.act(for: tenant, on: connection)
            return try await body(connection)
        }
    }
}
