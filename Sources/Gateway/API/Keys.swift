package import Postgres
import Store
import Synchronization
import Trading

/// Whoever asks, by key or by a session of the page.
package struct Holder: Sendable {
    package let key: Int64
    package let tenant: Int32
    package let scopes: Set<Scope>
    /// What writes of the page must carry; nil for a key.
    package let csrfToken: String?
    /// When the session ends, Unix seconds; nil for a key.
    package let end: Int64?

    /// Whoever asks on this machine without a key.
    static func local(tenant: Int32) -> Holder {
        Holder(key: 0, tenant: tenant, scopes: [.read], csrfToken: nil, end: nil)
    }

    package func may(_ scope: Scope) -> Bool {
        scope == .none || scopes.contains { $0 >= scope }
    }
}

/// Who holds which secret, remembered for seconds, and how many requests are left.
package final class Keys: Sendable {
    private struct Known {
        let holder: Holder
        let until: ContinuousClock.Instant
    }

    private struct State {
        var known: [[UInt8]: Known] = [:]
        var left: [Int64: Left] = [:]
    }

    /// What is left of the requests that were fetched for a key.
    private struct Left {
        var count: Int32 = 0
        /// How many to ask for the next time.
        var batch = Keys.batch
        var fetchedAt = ContinuousClock.now
        var isFetching = false
        /// Who waits for the batch that is being fetched: whether it had nothing is their answer.
        var waiting: [CheckedContinuation<Bool, Never>] = []

        /// A batch that was used up soon is followed by a larger one.
        mutating func nextBatch() -> Int32 {
            let now = ContinuousClock.now
            batch = now - fetchedAt < Keys.soon ? min(batch * 2, Keys.largestBatch) : Keys.batch
            fetchedAt = now
            return batch
        }
    }

    /// How long an answer is believed: a revoked key works this long at most.
    private static let memory = Duration.seconds(5)
    /// Requests fetched from the shared bucket at a time.
    private static let batch: Int32 = 20
    private static let largestBatch: Int32 = 1000
    private static let soon = Duration.milliseconds(100)

    private let pool: Pool
    private let state = Mutex(State())

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
        state.withLock { _ = $0.known.removeValue(forKey: SHA256.hash(token.utf8)) }
    }

    private func holder(of hash: [UInt8], session: Bool) async throws -> Holder? {
        if let found = known(hash) { return found }
        let found = try await pool.withConnection { connection in
            session
                ? try await Door.holder(ofSession: hash, on: connection)
                : try await Door.holder(ofKey: hash, on: connection)
        }
        // Guessed secrets are not remembered: they would fill the memory.
        guard let found else { return nil }
        let holder = Holder(
            key: found.key, tenant: found.tenant,
            scopes: Set(found.scopes.compactMap(Scope.init)), csrfToken: found.csrfToken,
            end: found.end)
        let now = ContinuousClock.now
        state.withLock { state in
            if state.known.count > 10_000 {
                state.known = state.known.filter { $0.value.until > now }
            }
            state.known[hash] = Known(holder: holder, until: now + Self.memory)
        }
        return holder
    }

    private func known(_ hash: [UInt8]) -> Holder? {
        state.withLock { state in
            guard let found = state.known[hash], found.until > .now else { return nil }
            return found.holder
        }
    }

    /// Whether the holder may make one more request now.
    ///
    /// One batch of a key is fetched at a time: each of many at once would else take more of the
    /// bucket than the one before, and the last find nothing of what the others hold.
    package func take(_ holder: Holder) async throws -> Bool {
        while true {
            if takeFetched(holder) { return true }
            // Nobody waits for a batch that is fetched while the last one lasts.
            if let batch = beginFetch(holder.key) {
                return try await fetch(batch, holder.key) || takeLast(holder.key)
            }
            if await fetchedNothing(holder.key) { return false }
        }
    }

    /// - Returns: how many to ask for; nil if somebody is asking already.
    private func beginFetch(_ key: Int64) -> Int32? {
        state.withLock { state in
            var left = state.left[key] ?? Left()
            defer { state.left[key] = left }
            guard !left.isFetching else { return nil }
            left.isFetching = true
            return left.nextBatch()
        }
    }

    /// Fetches a batch, takes one of it, and tells who waits.
    private func fetch(_ batch: Int32, _ key: Int64) async throws -> Bool {
        var got: Int32?
        defer {
            let waiting = state.withLock { state in
                var left = state.left[key] ?? Left()
                left.isFetching = false
                left.count += max((got ?? 0) - 1, 0)
                let waiting = left.waiting
                left.waiting = []
                state.left[key] = left
                return waiting
            }
            // Where the database could not be asked, each tries for himself.
            for one in waiting { one.resume(returning: got == 0) }
        }
        got = try await pool.withConnection { connection in
            try await Door.takeRequests(batch, key: key, on: connection)
        }
        return got != 0
    }

    /// Waits for the batch that somebody fetches; at once if nobody does any more.
    private func fetchedNothing(_ key: Int64) async -> Bool {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.left[key]?.isFetching == true else { return true }
                state.left[key]?.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume(returning: false) }
        }
    }

    // MARK: Without asking the database

    /// Who is remembered to hold a key.
    func known(key: String) -> Holder? { known(SHA256.hash(key.utf8)) }

    func known(session: String) -> Holder? { known(SHA256.hash(session.utf8)) }

    /// Takes a request of those that were fetched; false if there is none, or if it is time that
    /// somebody fetches the next ones: one asker does so while the others go on.
    func takeFetched(_ holder: Holder) -> Bool {
        state.withLock { state in
            guard let left = state.left[holder.key], left.count > 0,
                left.isFetching || left.count > left.batch / 4
            else { return false }
            state.left[holder.key]?.count -= 1
            return true
        }
    }

    /// Takes the last ones, too.
    private func takeLast(_ key: Int64) -> Bool {
        state.withLock { state in
            guard let left = state.left[key], left.count > 0 else { return false }
            state.left[key]?.count -= 1
            return true
        }
    }

    /// Gives back what was taken for a request that is begun again.
    func giveBack(_ holder: Holder) {
        state.withLock { $0.left[holder.key]?.count += 1 }
    }
}
