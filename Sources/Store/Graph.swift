package import Postgres

/// The graph of a tenant's desk: the functions of the schema `graph`.
package enum Graph {
    /// What a rebuilt graph has.
    package struct Size: Encodable, Equatable, Sendable {
        package let nodes: Int64
        package let edges: Int64
    }

    /// Makes a tenant's graph anew from its rows; it is the same graph.
    package static func rebuild(
        tenant: Int32, on connection: isolated Connection
    ) async throws(PostgresError) -> Size {
        let row = try await connection.query(
            """
            select (made ->> 'nodes')::bigint as nodes, (made ->> 'edges')::bigint as edges
            from graph.rebuild(\(bind: tenant)) as made
            """
        ).only()
        return Size(nodes: try row.get("nodes"), edges: try row.get("edges"))
    }

    /// A tenant's graph as one JSON document; equal graphs give equal text.
    package static func export(
        tenant: Int32, on connection: isolated Connection
    ) async throws(PostgresError) -> String {
        try await connection.query("select graph.export_tenant(\(bind: tenant))::text").value()
    }

    /// Deletes a tenant's graph and returns how many nodes it had; the rows stay.
    package static func delete(
        tenant: Int32, on connection: isolated Connection
    ) async throws(PostgresError) -> Int64 {
        try await connection.query("select graph.delete_tenant(\(bind: tenant))").value()
    }
}
