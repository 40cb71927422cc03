package import Postgres

/// Keys of programs: `tenant.api_key`, by its functions.
package enum APIKeys {
    /// A new key with the secret that is shown once.
    package struct Made: Encodable, Sendable {
        package let key: Int64
        package let secret: String
        package let expiresAt: String?

        enum CodingKeys: String, CodingKey {
            case key = "key_id"
            case secret
            case expiresAt = "expires_at"
        }
    }

    /// A key without its secret.
    package struct Key: Encodable, Sendable {
        package let key: Int64
        package let tenant: Int32
        package let name: String
        package let scopes: [String]
        package let state: String
        package let lastUsedAt: String?

        enum CodingKeys: String, CodingKey {
            case key = "key_id"
            case tenant = "tenant_id"
            case name, scopes, state
            case lastUsedAt = "last_used_at"
        }
    }

    /// - Parameter rate: Requests a second.
    package static func create(
        tenant: Int32, name: String, scopes: [String], expiresIn: Duration, rate: Double,
        on connection: isolated Connection
    ) async throws(PostgresError) -> Made {
        let seconds = Double(expiresIn.components.seconds)
        let row = try await connection.query(
            """
            select key_id, secret, expires_at::text as expires_at
            from tenant.create_key(
                \(bind: tenant), \(bind: name), \(bind: scopes),
                make_interval(secs => \(bind: seconds)), \(bind: rate), \(bind: rate * 4))
            """
        ).only()
        return Made(
            key: try row.get("key_id"), secret: try row.get("secret"),
            expiresAt: try row.get("expires_at"))
    }

    package static func rotate(
        _ key: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Made {
        let row = try await connection.query(
            """
            select new_key_id, secret, expires_at::text as expires_at
            from tenant.rotate_key(\(bind: key))
            """
        ).only()
        return Made(
            key: try row.get("new_key_id"), secret: try row.get("secret"),
            expiresAt: try row.get("expires_at"))
    }

    /// False if it was ended before or is unknown.
    package static func revoke(
        _ key: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query("select tenant.revoke_key(\(bind: key))").value()
    }

    package static func all(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [Key] {
        try await connection.query(
            """
            select key_id, tenant_id, name, scopes, state, last_used_at::text as last_used_at
            from tenant.keys()
            """
        ).decoded { row throws(PostgresError) in
            Key(
                key: try row.get("key_id"), tenant: try row.get("tenant_id"),
                name: try row.get("name"), scopes: try row.get("scopes"),
                state: try row.get("state"), lastUsedAt: try row.get("last_used_at"))
        }
    }
}
