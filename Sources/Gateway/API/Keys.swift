package import Postgres
import Store
import Trading

/// Whoever asks, by key or by a session of the page.
package struct Holder: Sendable {
    package let key: Int64
    package let tenant: Int32
    package let scopes: Set<Scope>
    /// What writes of the page must carry; nil for a key.
    package let csrfToken: String?

    /// Whoever asks on this machine without a key.
    static func local(tenant: Int32) -> Holder {
        Holder(key: 0, tenant: tenant, scopes: [.read], csrfToken: nil)
    }

    package func may(_ scope: Scope) -> Bool {
        scope == .none || scopes.contains { $0 >= scope }
    }
}

/// Who holds which secret, remembered for seconds, and how many requests are left.
package actor Keys {
    private struct Known {
        let holder: Holder?
        let until: ContinuousClock.Instant
    }

    /// How long an answer is believed: a revoked key works this long at most.
    private static let memory = Duration.seconds(5)
    /// Requests fetched from the shared bucket at a time.
    private static let batch: Int32 = 20

    private let pool: Pool
    private var known: [[UInt8]: Known] = [:]
    private var left: [Int64: Int32] = [:]

    package init(_ pool: Pool) {
        self.pool = pool
    }

    /// - Throws: `PostgresError` if the database could not be asked.
    package func holder(ofKey secret: String) async throws -> Holder? {
        try await holder(of: SHA256.hash(secret.utf8), session: false)
    }

    package func holder(ofSession token: String) async throws -> Holder? {
        try await holder(of: SHA256.hash(token.utf8), session: true)
    }

    /// Forgets a session that was closed here.
    package func forget(session token: String) {
        known[SHA256.hash(token.utf8)] = nil
    }

    private func holder(of hash: [UInt8], session: Bool) async throws -> Holder? {
        let now = ContinuousClock.now
        if let found = known[hash], found.until > now { return found.holder }
        if known.count > 10_000 { known = known.filter { $0.value.until > now } }
        let found = try await pool.withConnection { connection in
            session
                ? try await Door.holder(ofSession: hash, on: connection)
                : try await Door.holder(ofKey: hash, on: connection)
        }
        let holder = found.map { found in
            Holder(
                key: found.key, tenant: found.tenant,
                scopes: Set(found.scopes.compactMap(Scope.init)), csrfToken: found.csrfToken)
        }
        // Guessed secrets are not remembered: they would fill the memory.
        if let holder { known[hash] = Known(holder: holder, until: now + Self.memory) }
        return holder
    }

    /// Whether the holder may make one more request now.
    package func take(_ holder: Holder) async throws -> Bool {
        if let count = left[holder.key], count > 0 {
            left[holder.key] = count - 1
            return true
        }
        let got = try await pool.withConnection { connection in
            try await Door.takeRequests(Self.batch, key: holder.key, on: connection)
        }
        guard got > 0 else { return false }
        left[holder.key, default: 0] += got - 1
        return true
    }
}
