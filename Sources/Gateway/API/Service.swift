import FoundationEssentials
package import Postgres
import Store
import Synchronization
import Trading

/// Everything behind the port: finds out who asks, what for, and lets the database answer.
package final class Service: Sendable {
    package struct Entry: Sendable {
        package let method: String
        package let path: String
        package let status: Int
        package let milliseconds: Double
        package let requestID: String
        package let tenant: Int32?
        package let error: String?
    }

    let pool: Pool
    let keys: Keys
    private let cookies: CookieSecrets
    let events: EventHub
    let jobs: JobBoard
    let metrics = Metrics()
    private let page: Page
    private let answerer: Answerer
    private let health: Health
    private let log: @Sendable (Entry) -> Void
    private let isSecure: Bool
    private let reads = ReadCache()
    private let state = Mutex<State>(State())

    private struct State {
        var table: RouteTable?
        var problemNames: [String: String] = [:]
        var document: String?
    }

    /// - Parameters:
    ///   - libraries: The folder with the page's libraries.
    ///   - isSecure: Whether clients come by TLS: then cookies are for TLS alone.
    package init(
        pool: Pool, libraries: String?, isSecure: Bool,
        log: @escaping @Sendable (Entry) -> Void,
        complain: @escaping @Sendable (String) -> Void
    ) {
        self.pool = pool
        self.log = log
        self.isSecure = isSecure
        keys = Keys(pool)
        cookies = CookieSecrets(pool)
        events = EventHub(pool, complain: complain)
        jobs = JobBoard(pool, complain: complain)
        page = Page(libraries: libraries)
        answerer = Answerer(pool: pool)
        health = Health(pool)
    }

    /// Keeps the live events flowing, and what is remembered fresh, until cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.events.run { self.jobs.wake() } }
            group.addTask { await self.jobs.run() }
            group.addTask { await self.cookies.run() }
        }
    }

    /// Ends all streams, so that the server can stop.
    package func endStreams() async {
        await events.close()
        await jobs.close()
    }

    // MARK: A request

    package func reply(_ request: Request) async -> Reply {
        let began = ContinuousClock.now
        let requestID = Self.requestID(request)
        var holder: Holder?
        var reply: Reply
        var label = "other"
        var failure: String?
        do {
            (reply, label) = try await answer(request, requestID, &holder)
        } catch {
            let problem = problem(error)
            if problem.status >= 500 { failure = "\(error)" }
            reply = .whole(problem.response(requestID: requestID))
        }
        let took = began.duration(to: .now) / .milliseconds(1)
        let status: Int
        switch reply {
        case .whole(var response):
            status = response.status
            response.headers += Self.headers(requestID, isSecure)
            if let cookie = renewedCookie(request, holder), request.path != "/logout" {
                response.headers.append(cookie)
            }
            reply = .whole(response)
        case .stream(var head, let write):
            status = head.status
            head.headers += Self.headers(requestID, isSecure)
            reply = .stream(head, write)
        }
        note(request, label, status, took, requestID, holder?.tenant, failure)
        return reply
    }

    private func note(
        _ request: Request, _ label: String, _ status: Int, _ milliseconds: Double,
        _ requestID: String, _ tenant: Int32?, _ failure: String?
    ) {
        metrics.count(label, request.method, status, milliseconds: milliseconds)
        log(
            Entry(
                method: request.method, path: request.path, status: status,
                milliseconds: milliseconds, requestID: requestID, tenant: tenant, error: failure))
    }

    // MARK: A read on the thread of its lane

    /// Sends the one call of a read.
    ///
    /// - Returns: nil for everything else, and whenever something is not at hand: a connection, the
    ///   holder of the key, the routes. Then `reply` answers.
    func begin(_ request: Request, on direct: DirectPool) -> PendingRead? {
        guard request.method == "GET", !request.isTooLong, let holder = knownHolder(request),
            let known = knownRead(request, holder), holder.may(known.route.scope),
            keys.takeFetched(holder)
        else { return nil }
        let session = direct.begin(
            known.call.statement, after: known.setup,
            expected: known.pace.expected(below: Self.long))
        guard let session else {
            keys.giveBack(holder)
            return nil
        }
        return PendingRead(
            service: self, pool: direct, session: session, request: request, read: known,
            holder: holder)
    }

    /// Reads that take longer have a session of their own, ms.
    private static let long = 10.0

    /// The call of a read, as it was made for the same address and tenant before.
    private func knownRead(_ request: Request, _ holder: Holder) -> ReadCache.Read? {
        let address = ReadCache.Address(request, tenant: holder.tenant)
        return reads.read(address) {
            guard let (route, placeholder) = knownRoute(request),
                // What is wrong with the parameters is said by `reply`.
                let (call, setup) = try? answerer.read(
                    request, route, placeholder: placeholder, holder: holder)
            else { return nil }
            return ReadCache.Read(route: route, call: call, setup: setup)
        }
    }

    private func knownHolder(_ request: Request) -> Holder? {
        if let secret = Self.secret(request) { return keys.known(key: secret) }
        guard let text = request.cookie(Self.cookieName), let cookie = try? cookies.read(text),
            !cookies.isOld(cookie)
        else { return nil }
        return keys.known(session: cookie.token)
    }

    private func knownRoute(_ request: Request) -> (Route, placeholder: String?)? {
        guard
            case .found(let route, let placeholder)? =
                state.withLock({ $0.table })?.match(request.method, request.path)
        else { return nil }
        return (route, placeholder)
    }

    /// The answer to a read that was begun.
    ///
    /// - Parameter milliseconds: How long the database was at it; nil: it has not ended.
    func finish(
        _ pending: PendingRead, _ result: Result<Rows, any Error>, _ milliseconds: Double?
    ) -> Response {
        let (request, route) = (pending.request, pending.read.route)
        let requestID = Self.requestID(request)
        var response: Response
        var failure: String?
        do {
            response = try answerer.response(try result.get(), request, route, pending.read.call)
        } catch {
            let problem = problem(error)
            if problem.status >= 500 { failure = "\(error)" }
            response = problem.response(requestID: requestID)
        }
        response.headers += Self.headers(requestID, isSecure)
        let took = pending.began.duration(to: .now) / .milliseconds(1)
        pending.read.pace.took(milliseconds ?? took)
        note(
            request, route.path, response.status, took, requestID, pending.holder.tenant, failure)
        return response
    }

    private func answer(
        _ request: Request, _ requestID: String, _ asking: inout Holder?
    ) async throws -> (Reply, label: String) {
        guard !request.isTooLong else {
            throw Problem(413, "body_too_large", "The body is longer than is taken")
        }
        if let reply = try await open(request) { return (.whole(reply), "page") }
        let holder = try await holder(request)
        asking = holder
        if let stream = try await stream(request, holder) { return (stream, "stream") }
        if request.path == "/logout" {
            return (.whole(try await logOut(request)), "page")
        }
        if request.path == "/rpc", request.method == "POST" {
            return (.whole(try await rpc(request, requestID)), "/rpc")
        }
        guard try await keys.take(holder) else {
            throw Problem(
                429, "too_many_requests", "This key makes more requests than it may",
                hint: "Wait, or ask for a key with a higher rate.", retryAfter: 1)
        }
        let table = try await table()
        switch table.match(request.method, request.path) {
        case .unknown:
            throw Problem(
                404, "unknown_path", "There is no path \(request.path.prefix(200))",
                hint: "See /openapi.json.")
        case .otherMethods(let methods):
            throw Problem(
                405, "method_not_allowed", "This path takes \(methods.joined(separator: ", "))")
        case .found(let route, let placeholder):
            try Self.check(holder, route.scope, request)
            let response = try await answerer.answer(
                request, route, placeholder: placeholder, holder: holder, requestID: requestID)
            return (.whole(response), route.path)
        }
    }

    // MARK: JSON-RPC

    /// The server of JSON-RPC on loopback.
    ///
    /// - Parameter tenant: Whom clients without a key act for; nil: they are refused.
    package func rpcServer(port: UInt16, tenant: Int32?) throws(HTTPServer.StartError) -> RPCServer
    {
        try RPCServer(
            port: port,
            rpc: RPC { name, parameters, key in
                try await self.call(
                    name, parameters, key, nobody: tenant.map(Holder.local), UUID().uuidString)
            })
    }

    private func rpc(_ request: Request, _ requestID: String) async throws -> Response {
        let holder = try await holder(request)
        try Self.check(holder, .read, request)
        let rpc = RPC { name, parameters, key in
            try await self.call(name, parameters, key, nobody: holder, requestID)
        }
        guard let answer = await rpc.answer(request.body) else { return Response(204) }
        return .json(200, answer)
    }

    /// - Parameter nobody: Who asks when the parameters hold no key.
    private func call(
        _ name: String, _ parameters: JSONTree, _ key: String?, nobody: Holder?,
        _ requestID: String
    ) async throws -> String {
        if name == "rag.health" {
            return String(decoding: await health.response(fresh: false).body, as: UTF8.self)
        }
        var asking = nobody
        if let key { asking = try await keys.holder(ofKey: key) }
        guard let holder = asking else {
            throw Problem(401, "no_key", "this needs a key", hint: "Send it as the parameter key.")
        }
        do {
            let table = try await table()
            guard case .found(let route, _) = table.match("RPC", name) else {
                throw Problem(404, "unknown_path", "There is no method \(name.prefix(100))")
            }
            guard holder.may(route.scope) else {
                throw Problem(403, "scope_missing", "this key may not do that")
            }
            // Whoever has no key is on this machine.
            if holder.key != 0, try await !keys.take(holder) {
                throw Problem(429, "too_many_requests", "this key makes more requests than it may")
            }
            let arguments = Arguments(try Self.named(parameters, route), route)
            return try await answerer.text(
                route, arguments, holder: holder, requestID: requestID)
        } catch {
            throw problem(error)
        }
    }

    /// Parameters by their order get the names of the function's.
    private static func named(
        _ parameters: JSONTree, _ route: Route
    ) throws(Problem) -> [String: JSONTree] {
        switch parameters {
        case .object(let members): return members
        case .list(let values) where values.count <= route.parameters.count:
            return Dictionary(uniqueKeysWithValues: zip(route.parameters.map(\.name), values))
        default: throw Problem(400, "bad_value", "params is an object, or a list by order")
        }
    }

    // MARK: For everybody

    private func open(_ request: Request) async throws -> Response? {
        switch (request.method, request.path) {
        case ("GET", "/health"), ("HEAD", "/health"), ("GET", "/api/patterns/health"):
            return await health.response(fresh: request.parameter("fresh") == "true")
        case ("GET", "/openapi.json"): return .json(200, try await document())
        case ("GET", "/metrics"):
            return Response(
                200, type: "text/plain; version=0.0.4; charset=utf-8",
                body: Array(try await metricsText(request).utf8))
        case ("POST", "/login"): return try await logIn(request)
        default: return page.response(request)
        }
    }

    /// With a key also the series of its tenant.
    private func metricsText(_ request: Request) async throws -> String {
        let holder = Self.secret(request) == nil ? nil : try await holder(request)
        return await metrics.text(pool, tenant: holder?.tenant, streams: events.count + jobs.count)
    }

    private func document() async throws -> String {
        let table = try await table()
        if let text = state.withLock({ $0.document }) { return text }
        let text = try OpenAPI.document(table.routes)
        state.withLock { $0.document = text }
        return text
    }

    /// The routes, read once; again after the database was away (see `problem`).
    private func table() async throws -> RouteTable {
        if let table = state.withLock({ $0.table }) { return table }
        let (routes, names) = try await pool.withConnection { connection in
            let routes = try await Route.all(on: connection)
            let names = try await Door.problems(on: connection)
            return (routes, names)
        }
        let table = RouteTable(routes)
        state.withLock {
            $0.table = table
            $0.problemNames = names
        }
        return table
    }

    private func problem(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as PostgresError:
            // An installation may have changed what stands behind the paths.
            if error.code == .connection || error.sqlState?.hasPrefix("42") == true {
                state.withLock {
                    $0.table = nil
                    $0.document = nil
                }
                reads.removeAll()
            }
            return Problem(error, names: state.withLock { $0.problemNames })
        case is CancellationError: return Problem(503, "stopping", "The gateway is stopping")
        default: return Problem(500, "internal_error", "Something went wrong here")
        }
    }

    // MARK: Who asks

    private func holder(_ request: Request) async throws -> Holder {
        if let secret = Self.secret(request) {
            if let holder = try await keys.holder(ofKey: secret) { return holder }
            throw Problem(
                401, "unknown_key", "This key is unknown, ended or revoked",
                hint: "Make one: bellwether key create --tenant 1 --scopes read")
        }
        if let text = request.cookie(Self.cookieName) {
            let cookie: SessionCookie
            do {
                cookie = try await cookies.readOrLoad(text)
            } catch let flaw as SessionCookie.Flaw {
                throw Problem(
                    401, flaw == .expired ? "session_ended" : "bad_cookie",
                    flaw == .expired
                        ? "The session has ended" : "This cookie is none that was given here",
                    hint: "Log in again.")
            }
            if let holder = try await keys.holder(ofSession: cookie.token) { return holder }
            throw Problem(401, "session_ended", "The session has ended", hint: "Log in again.")
        }
        throw Problem(
            401, "no_key", "This path needs a key",
            hint: "Send it as Authorization: Bearer KEY.")
    }

    private static func secret(_ request: Request) -> String? {
        if let key = request.headers["x-api-key"] { return key }
        guard let field = request.headers["authorization"], isBearer(field.utf8) else { return nil }
        return String(field.dropFirst(7))
    }

    /// Whether it begins with `Bearer `, in any case (RFC 9110, section 11.1).
    private static func isBearer(_ field: String.UTF8View) -> Bool {
        field.count >= 7 && zip(field, "bearer ".utf8).allSatisfy { $0 | 32 == $1 }
    }

    private static func check(
        _ holder: Holder, _ scope: Scope, _ request: Request
    ) throws(Problem) {
        guard holder.may(scope) else {
            throw Problem(
                403, "scope_missing", "This key may not do that: it needs the scope \(scope)")
        }
        if let token = holder.csrfToken, request.method != "GET", request.method != "HEAD",
            request.headers["x-csrf-token"] != token
        {
            throw Problem(
                403, "csrf_token_missing", "A write of the page must carry its X-CSRF-Token")
        }
    }

    // MARK: The page's session

    private static let cookieName = "bellwether_session"

    private struct Login: Decodable {
        let key: String
    }

    private func logIn(_ request: Request) async throws -> Response {
        guard let login = try? JSONDecoder().decode(Login.self, from: Data(request.body)) else {
            throw Problem(400, "bad_json", "Send {\"key\": \"bw_...\"}")
        }
        guard let holder = try await keys.holder(ofKey: login.key) else {
            throw Problem(401, "unknown_key", "This key is unknown, ended or revoked")
        }
        let session = try await pool.withConnection { connection in
            try await Door.openSession(key: holder.key, on: connection)
        }
        guard let session,
            let cookie = try await cookies.cookie(session.token, end: session.end)
        else { throw Problem(401, "unknown_key", "This key has ended") }
        let scopes = holder.scopes.sorted().map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        var response = Response.json(
            200,
            """
            {"csrf_token":"\(session.csrfToken)","scopes":[\(scopes)]}
            """)
        response.headers.append(
            ("Set-Cookie", cookieField(cookie, seconds: SessionCookie.lifetime)))
        return response
    }

    /// A new cookie for a page that is in use, when the one it has is old.
    private func renewedCookie(_ request: Request, _ holder: Holder?) -> (String, String)? {
        guard let end = holder?.end, let text = request.cookie(Self.cookieName),
            let cookie = try? cookies.read(text), cookies.isOld(cookie),
            let renewed = cookies.renewed(cookie, end: end)
        else { return nil }
        return ("Set-Cookie", cookieField(renewed, seconds: SessionCookie.lifetime))
    }

    private func logOut(_ request: Request) async throws -> Response {
        if let text = request.cookie(Self.cookieName) {
            let token = try await cookies.readOrLoad(text).token
            let hash = SHA256.hash(token.utf8)
            try await pool.withConnection { connection in
                try await Door.closeSession(hash, on: connection)
            }
            keys.forget(session: token)
        }
        return Response(204, headers: [("Set-Cookie", cookieField("", seconds: 0))])
    }

    private func cookieField(_ text: String, seconds: Int64) -> String {
        "\(Self.cookieName)=\(text); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    // MARK: Streams

    private func stream(_ request: Request, _ holder: Holder) async throws -> Reply? {
        guard request.method == "GET" else { return nil }
        if request.path == "/api/jobs/stream" { return try await jobStream(request, holder) }
        var cycle: Int64?
        if request.path.hasSuffix("/stream"),
            let slice = request.path.split(separator: "/").dropLast().last,
            request.path.contains("/cycles/")
        {
            guard let id = Int64(slice) else {
                throw Problem(400, "bad_value", "A cycle's id is a whole number")
            }
            cycle = id
        } else if request.path != "/api/events/stream" {
            return nil
        }
        try Self.check(holder, .read, request)
        let last =
            (request.headers["last-event-id"] ?? request.parameter("last_event_id"))
            .flatMap(Int64.init)
        let subscription = try await events.subscribe(
            tenant: holder.tenant, cycle: cycle, after: last)
        return stream(subscription.texts, request) { await self.events.end(subscription) }
    }

    private func jobStream(_ request: Request, _ holder: Holder) async throws -> Reply {
        try Self.check(holder, .read, request)
        let subscription = try await jobs.subscribe(tenant: holder.tenant)
        return stream(subscription.texts, request) { await self.jobs.end(subscription) }
    }

    /// A stream ends with the key or the session that opened it: each text is sent to who may still
    /// see it, and a sign of life comes every 15 seconds.
    private func stream(
        _ texts: AsyncStream<String>, _ request: Request, end: @escaping @Sendable () async -> Void
    ) -> Reply {
        let head = Response(
            200,
            headers: [
                ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
                ("X-Accel-Buffering", "no"),
            ])
        return .stream(head) { writer in
            _ = writer.write("retry: 2000\n\n")
            for await text in texts {
                guard await self.isKnown(request), writer.write(text) else { break }
            }
            await end()
        }
    }

    /// Whether who asked may still; while the database cannot be asked nothing is taken from anybody.
    private func isKnown(_ request: Request) async -> Bool {
        do {
            _ = try await holder(request)
            return true
        } catch {
            return !(error is Problem)
        }
    }

    // MARK: Heads

    private static func requestID(_ request: Request) -> String {
        if let given = request.headers["x-request-id"], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 })
        {
            return given
        }
        if let trace = traceID(request.headers["traceparent"]) { return trace }
        return newID()
    }

    private static func newID() -> String { RequestID.next() }

    /// The trace-id of a W3C traceparent (Trace Context, section 3.2.2) as a UUID.
    static func traceID(_ parent: String?) -> String? {
        let parts = parent?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        guard parts.count >= 4, parts[0] != "ff", parts[0].count == 2, parts[1].count == 32,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            parts[1].contains(where: { $0 != "0" })
        else { return nil }
        let digits = Array(parts[1])
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
            .joined(separator: "-")
    }

    private static func headers(
        _ requestID: String, _ isSecure: Bool
    ) -> [(name: String, value: String)] {
        var headers = common
        headers.append(("X-Request-ID", requestID))
        if isSecure { headers.append(("Strict-Transport-Security", "max-age=31536000")) }
        return headers
    }

    private static let common: [(name: String, value: String)] = [
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        (
            "Content-Security-Policy",
            "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        ),
    ]
}
