package import FoundationEssentials
package import Postgres

/// What the gateway asks for itself: schema `gateway`, and keys of schema `tenant`.
package enum Door {
    /// Who holds a secret.
    package struct Holder: Sendable {
        package let key: Int64
        package let tenant: Int32
        package let scopes: [String]
        package let csrfToken: String?
        /// When the session ends, Unix seconds; nil for a key.
        package let end: Int64?
    }

    package static func holder(
        ofKey hash: [UInt8], on connection: isolated Connection
    ) async throws(PostgresError) -> Holder? {
        try await connection.query(
            """
            select key_id, tenant_id, scopes, null::text as csrf_token, null::bigint as ends
            from tenant.authenticate(\(bind: hash))
            """
        ).first.map(holder)
    }

    package static func holder(
        ofSession hash: [UInt8], on connection: isolated Connection
    ) async throws(PostgresError) -> Holder? {
        try await connection.query(
            """
            select
                key_id, tenant_id, scopes, csrf_token,
                extract(epoch from expires_at)::bigint as ends
            from gateway.session_of(\(bind: hash))
            """
        ).first.map(holder)
    }

    private static func holder(_ row: Row) throws(PostgresError) -> Holder {
        Holder(
            key: try row.get("key_id"), tenant: try row.get("tenant_id"),
            scopes: try row.get("scopes"), csrfToken: try row.get("csrf_token"),
            end: try row.get("ends"))
    }

    /// How many of the wanted requests the key may make now.
    package static func takeRequests(
        _ wanted: Int32, key: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> Int32 {
        // After a crash of the server a bucket may be fuller than it was: nobody waits for a disk.
        try await connection.pipeline([
            "select set_config('synchronous_commit', 'off', true)",
            "select tenant.take_requests(\(bind: key), \(bind: wanted))",
        ])[1].value()
    }

    /// A session of the page: the cookie's token, the one that writes must carry, and its end in
    /// Unix seconds.
    package static func openSession(
        key: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> (token: String, csrfToken: String, end: Int64)? {
        guard
            let row = try await connection.query(
                """
                select token, csrf_token, extract(epoch from expires_at)::bigint as ends
                from gateway.open_session(\(bind: key))
                """
            ).first
        else { return nil }
        return (try row.get("token"), try row.get("csrf_token"), try row.get("ends"))
    }

    /// What cookies of the page are signed with.
    package struct CookieSecret: Sendable {
        package let secret: [UInt8]
        /// New cookies are signed with this one.
        package let signs: Bool
    }

    /// All that are believed now, newest first.
    package static func cookieSecrets(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [CookieSecret] {
        try await connection.query("select secret, signs from gateway.cookie_secrets()")
            .decoded { row throws(PostgresError) in
                CookieSecret(secret: try row.get("secret"), signs: try row.get("signs"))
            }
    }

    package static func closeSession(
        _ hash: [UInt8], on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select gateway.close_session(\(bind: hash))")
    }

    /// Says that this gateway has pages open.
    package static func listen(
        gateway: UUID, host: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select gateway.listen(\(bind: gateway), \(bind: host))")
    }

    package static func unlisten(
        gateway: UUID, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select gateway.unlisten(\(bind: gateway))")
    }

    /// Says that a page shows the queue.
    package static func watchJobs(on connection: isolated Connection) async throws(PostgresError) {
        _ = try await connection.query("select gateway.watch_jobs()")
    }

    /// Names of our own SQLSTATEs.
    package static func problems(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [String: String] {
        var names: [String: String] = [:]
        for row in try await connection.query("select code, name from gateway.problems()") {
            names[try row.get("code")] = try row.get("name", as: String.self)
        }
        return names
    }

    /// Begins a write that must happen once, in the caller's transaction.
    ///
    /// - Returns: What was answered the first time; nil: this is the first.
    package static func beginWrite(
        key: Int64, idempotencyKey: String, hash: [UInt8], on connection: isolated Connection
    ) async throws(PostgresError) -> (status: Int32, body: String?)? {
        guard
            let row = try await connection.query(
                """
                select status, body from gateway.begin_write(
                    \(bind: key), \(bind: idempotencyKey), \(bind: hash))
                """
            ).first
        else { return nil }
        return (try row.get("status"), try row.get("body"))
    }

    package static func endWrite(
        key: Int64, idempotencyKey: String, status: Int32, body: String?,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select gateway.end_write(
                \(bind: key), \(bind: idempotencyKey), \(bind: status), \(bind: body))
            """)
    }
}
