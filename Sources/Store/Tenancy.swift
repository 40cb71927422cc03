package import FoundationEssentials
package import Postgres

/// The request that has caused what the current task does: its rows, jobs and calls of models carry
/// it.
package enum Trace {
    @TaskLocal package static var current: UUID?
}

/// Whose rows a transaction sees.
package enum Tenancy {
    /// Acts for a tenant, and for the request that is the task's trace, until the transaction ends;
    /// outside one it has no effect.
    package static func act(
        for tenant: Int32, on connection: isolated Connection
    ) async throws(PostgresError) {
        let trace = Trace.current?.uuidString ?? ""
        _ = try await connection.query(
            """
            select set_config('bellwether.tenant', \(bind: String(tenant)), true),
                set_config('gateway.request_id', \(bind: trace), true)
            """)
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
