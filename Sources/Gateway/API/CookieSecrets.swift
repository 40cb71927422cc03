import FoundationEssentials
import Postgres
import Store
import Synchronization

/// The secrets with which cookies are signed, as the database had them a few seconds ago.
final class CookieSecrets: Sendable {
    private struct State {
        var known: [Door.CookieSecret] = []
        var askedAt: ContinuousClock.Instant?
        var isUsed = false
    }

    /// How long a secret that was ended may still be believed.
    private static let memory = Duration.seconds(5)

    private let pool: Pool
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: Unix seconds.
    init(
        _ pool: Pool,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.pool = pool
        self.now = now
    }

    /// Looks for changes while cookies come in, until cancelled.
    func run() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.memory) } catch { return }
            let isUsed = state.withLock { state in
                defer { state.isUsed = false }
                return state.isUsed
            }
            // Without the database the last known ones hold: it cannot be asked for sessions either.
            if isUsed { try? await load() }
        }
    }

    /// A new cookie of a session.
    ///
    /// - Parameter end: When the session ends, Unix seconds.
    func cookie(_ token: String, end: Int64) async throws -> String? {
        try await load()
        return renewed(SessionCookie(token: token, expiry: end), end: end)
    }

    /// The same session with a later expiry; nil if there is no secret to sign it with.
    func renewed(_ cookie: SessionCookie, end: Int64) -> String? {
        let secret = state.withLock { $0.known.first { $0.signs }?.secret }
        let expiry = min(now() + SessionCookie.lifetime, end)
        return secret.map { SessionCookie(token: cookie.token, expiry: expiry).text(secret: $0) }
    }

    func isOld(_ cookie: SessionCookie) -> Bool { cookie.isOld(now: now()) }

    /// What a cookie says, if one of the known secrets has signed it.
    func read(_ text: String) throws(SessionCookie.Flaw) -> SessionCookie {
        let secrets = state.withLock { state in
            state.isUsed = true
            return state.known.map(\.secret)
        }
        return try SessionCookie(text, secrets: secrets, now: now())
    }

    /// As `read`; if the signature is not known and the database was not asked lately, it is asked
    /// for new secrets first.
    func readOrLoad(_ text: String) async throws -> SessionCookie {
        do {
            return try read(text)
        } catch .wrongSignature where isTimeToAsk() {
            try await load()
            return try read(text)
        }
    }

    private func isTimeToAsk() -> Bool {
        state.withLock { state in
            let isTime = state.askedAt.map { ContinuousClock.now - $0 > Self.memory } ?? true
            if isTime { state.askedAt = .now }
            return isTime
        }
    }

    private func load() async throws {
        let known = try await pool.withConnection { connection in
            try await Door.cookieSecrets(on: connection)
        }
        state.withLock { state in
            state.known = known
            state.askedAt = .now
        }
    }
}
