import Foundation
import Postgres
import Support
import Testing

@testable import Gateway

@Suite("Gateway", .requiresDatabase, .scratchDatabase)
struct GatewayFlowTests {
    /// The service as the gateway's login, and keys of two tenants.
    private struct Door {
        let desk: Desk
        let service: Service
        let pool: Pool

        static func open() async throws -> Door {
            let desk = try await Desk.open()
            _ = try await desk.admin.query("select tenant.create_tenant(2, 'two')")
            let pool = Pool(try ScratchDatabase.require().target(as: "bellwether_gateway"))
            return Door(
                desk: desk,
                service: Service(
                    pool: pool, libraries: nil, isSecure: false, log: { _ in },
                    complain: { Issue.record("\($0)") }),
                pool: pool)
        }

        func close() async {
            await pool.close()
            await desk.close()
        }

        func key(_ tenant: Int32 = 1, _ scopes: [String] = ["trade"], burst: Double = 500)
            async throws -> String
        {
            try await desk.admin.query(
                """
                select secret from tenant.create_key(
                    \(bind: tenant), 'test', \(bind: scopes), null, 0.001, \(bind: burst))
                """
            ).value()
        }

        func ask(
            _ method: String, _ address: String, _ key: String?, _ body: String = "",
            headers: Headers = [:]
        ) async -> Response {
            let parts = address.split(separator: "?", maxSplits: 1)
            var request = Request(
                method: method, path: String(parts[0]), headers: headers, body: Array(body.utf8))
            for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
                let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
                request.query.append((sides[0], sides.count > 1 ? sides[1] : ""))
            }
            if let key { request.headers["authorization"] = "Bearer \(key)" }
            guard case .whole(let response) = await service.reply(request) else {
                return Response(0)
            }
            return response
        }
    }

    @Test("A read is answered on the thread of its connection as it is by a task")
    func onLane() async throws {
        let door = try await Door.open()
        let direct = DirectPool(
            try ScratchDatabase.require().target(as: "bellwether_gateway"), maximum: 1,
            limit: .seconds(5))
        let running = Task { await direct.run() }
        let service = Service(
            pool: door.pool, libraries: nil, isSecure: false, log: { _ in },
            complain: { Issue.record("\($0)") })
        let lane = LaneDriver(service, direct)
        let (one, two) = (try await door.key(1), try await door.key(2))
        func request(_ path: String, _ key: String) -> Request {
            Request(method: "GET", path: path, headers: ["authorization": "Bearer \(key)"])
        }
        #expect(lane.reply(request("/api/accounts", one)) == nil)
        guard case .whole(let first) = await service.reply(request("/api/accounts", one))
        else { return }
        var answer: Response?
        while answer == nil {
            answer = lane.reply(request("/api/accounts", one))
            await Task.yield()
        }
        #expect(answer?.status == 200)
        #expect(answer?.body == first.body)
        #expect(answer?.header("ETag") == first.header("ETag"))
        #expect(answer?.header("X-Content-Type-Options") == "nosniff")
        // The other tenant's key, over the same connection.
        #expect(lane.reply(request("/api/accounts", two)) == nil)
        _ = await service.reply(request("/api/accounts", two))
        let other = try #require(lane.reply(request("/api/accounts", two)))
        #expect(other.status == 200)
        #expect(other.body != first.body)
        let again = try #require(lane.reply(request("/api/accounts", one)))
        #expect(again.body == first.body)
        // What is wrong is said as ever, by the database or by the task; what writes, and whoever is
        // unknown, is left to the task.
        var wrong = request("/api/market/quote", one)
        wrong.query = [("symbol", "NIX")]
        #expect(lane.reply(wrong)?.status == 404)
        wrong.query = [("nix", "1")]
        #expect(lane.reply(wrong) == nil)
        #expect(lane.reply(request("/api/accounts", "bw_nix")) == nil)
        var write = request("/api/orders", one)
        write.method = "POST"
        #expect(lane.reply(write) == nil)
        running.cancel()
        await running.value
        await door.close()
    }

    @Test("What a request causes carries its id: job, lines of the worker, events, orders' jobs")
    func trace() async throws {
        let door = try await Door.open()
        let id = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
        let before: Int64 = try await door.desk.admin.query(
            "select coalesce(max(event_id), 0) from agent.event"
        ).value()
        let asked = await door.ask(
            "POST", "/cycles/run", try await door.key(),
            #"{"symbols": ["AAPL"], "execute": true, "as_of": "2018-02-05"}"#,
            headers: ["x-request-id": id])
        #expect(asked.status == 202, "\(text(asked))")
        #expect(asked.header("X-Request-ID") == id)
        let run = try await BellwetherCommand.run(
            "worker", "--until-idle", "--kinds", "run_cycle", "--kinds", "submit_order",
            "--log-format", "json", "--log-level", "debug", as: "bellwether_worker")
        let lines = run.errors.split(separator: "\n").filter { $0.contains(#""trace":"\#(id)""#) }
        #expect(lines.contains { $0.contains(#""kind":"run_cycle""#) }, "\(run.errors)")
        #expect(lines.contains { $0.contains(#""kind":"submit_order""#) }, "\(run.errors)")
        let kinds: [String] = try await door.desk.admin.query(
            """
            select array_agg(distinct kind order by kind)
            from work.job_done where trace_id = \(bind: id)::text::uuid
            """
        ).value()
        #expect(kinds == ["run_cycle", "submit_order"])
        let (others, types): ([String]?, [String]) = try await door.desk.admin.query(
            """
            select array_agg(distinct type)
                    filter (where trace_id is distinct from \(bind: id)::text::uuid),
                array_agg(distinct type)
            from agent.event where event_id > \(bind: before)
            """
        ).only().decode([String]?.self, [String].self)
        #expect(others == nil)
        #expect(types.contains("DecisionRecorded"), "\(types)")
        await door.close()
    }

    private func text(_ response: Response) -> String {
        String(decoding: response.body, as: UTF8.self)
    }

    @Test(
        "A bad question over JSON-RPC has a code, and the rule that it breaks",
        arguments: [
            (#"{"symbol": "NOPE"}"#, -32005, "BW310"),
            (#"{"symbol": "AAPL", "k": 0}"#, -32602, "BW311"),
            (#"{"symbol": "AAPL", "k": 1000000000}"#, -32602, "BW311"),
            (#"{"symbol": "AAPL", "horizon": 7}"#, -32602, "BW312"),
            (#"{"symbol": "AAPL", "as_of": "1900-01-01"}"#, -32005, "BW313"),
            (#"{"symbol": "AAPL", "filters": {"colour": "red"}}"#, -32602, "BW314"),
            (#"{"symbol": "AAPL", "min_similarity": "NaN"}"#, -32602, "BW316"),
            (#"{"symbol": "AAPL", "as_of": "yesterday-ish"}"#, -32602, "22007"),
            (#"{"symbol": "AAPL", "min_similarity": NaN}"#, -32700, nil),
            (#"{"colour": "red"}"#, -32602, nil),
            (#""AAPL""#, -32602, nil),
        ])
    func badQuestions(params: String, code: Int, state: String?) async throws {
        let door = try await Door.open()
        let answer = text(
            await door.ask(
                "POST", "/rpc", try await door.key(),
                #"{"jsonrpc": "2.0", "id": 1, "method": "rag.query_patterns", "params": \#(params)}"#
            ))
        #expect(answer.contains("\"code\":\(code)"), "\(answer)")
        if let state { #expect(answer.contains("\"sqlstate\":\"\(state)\""), "\(answer)") }
        await door.close()
    }

    private struct Paths: Decodable {
        struct Anything: Decodable {}
        let paths: [String: Anything]
    }

    @Test("Every path that needs no parameter answers, and OpenAPI names each and no other")
    func everyPath() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        let routes = try await door.pool.withConnection { connection in
            try await Route.all(on: connection)
        }
        #expect(routes.count > 25)
        let document = text(await door.ask("GET", "/openapi.json", nil))
        for own in OwnPath.all {
            #expect(document.contains("\"\(own.path)\":"), "\(own.path)")
            // There it is, whatever it says of an empty request; a stream is no whole answer.
            let path = own.path.replacing("{cycle_id}", with: "1")
            let answer = await door.ask(own.method, path, key)
            #expect(answer.status != 404 && answer.status != 405, "\(path): \(text(answer))")
        }
        // And the other way: no path is named that is answered by nobody.
        let named = try JSONDecoder().decode(Paths.self, from: Data(document.utf8)).paths.keys
        let known = Set(routes.map(\.path) + OwnPath.all.map(\.path))
        #expect(Set(named) == known.filter { $0.hasPrefix("/") })
        for route in routes where route.method != "RPC" {
            #expect(!route.about.isEmpty, "\(route.target) has no COMMENT")
            let isNamed = document.contains("\"\(route.path)\":")
            #expect(isNamed, "\(route.path)")
            guard route.method == "GET", !route.parameters.contains(where: \.required) else {
                continue
            }
            let response = await door.ask("GET", route.path, key)
            let isThere = response.status == 200 || text(response).contains("before_history")
            #expect(isThere, "\(route.path): \(text(response))")
        }
        await door.close()
    }

    @Test("A key is asked for, and its scope")
    func keys() async throws {
        let door = try await Door.open()
        let reader = try await door.key(1, ["read"])
        #expect(await door.ask("GET", "/api/orders", nil).status == 401)
        #expect(await door.ask("GET", "/api/orders", "bw_nix").status == 401)
        #expect(await door.ask("GET", "/api/orders", reader).status == 200)
        let halt = await door.ask(
            "POST", "/api/system/trading/disable", reader, #"{"reason": "x"}"#)
        #expect(halt.status == 403)
        #expect(text(halt).contains("scope_missing"))
        _ = try await door.desk.admin.query("select tenant.revoke_key(key_id) from tenant.keys()")
        // Another gateway does not remember it.
        let other = Service(
            pool: door.pool, libraries: nil, isSecure: false, log: { _ in }, complain: { _ in })
        let request = Request(
            method: "GET", path: "/api/orders", headers: ["authorization": "Bearer \(reader)"])
        guard case .whole(let answer) = await other.reply(request) else { return }
        #expect(answer.status == 401)
        await door.close()
    }

    @Test("A key makes no more requests than it may, whichever gateway it asks")
    func rate() async throws {
        let door = try await Door.open()
        let key = try await door.key(1, ["read"], burst: 3)
        var statuses: [Int] = []
        for _ in 0..<5 { statuses.append(await door.ask("GET", "/api/whoami", key).status) }
        #expect(statuses == [200, 200, 200, 429, 429])
        await door.close()
    }

    @Test("Two tenants see nothing of each other")
    func tenants() async throws {
        let door = try await Door.open()
        let (one, two) = (try await door.key(1), try await door.key(2))
        let run = await door.ask("POST", "/cycles/run", one, #"{"symbols": ["AAPL"]}"#)
        #expect(run.status == 202)
        let account = door.desk.account
        let order = await door.ask(
            "POST", "/api/orders", one,
            #"{"account_id": \#(account), "symbol": "AAPL", "side": "buy", "quantity": 1, "as_of": "2018-02-05"}"#
        )
        #expect(order.status == 201, "\(text(order))")
        for path in [
            "/api/orders", "/api/cycles", "/api/events", "/api/positions", "/api/jobs",
            "/api/fills", "/api/trades", "/api/decisions",
        ] {
            let list = text(await door.ask("GET", path, two))
            #expect(!list.contains("AAPL"), "\(path) shows \(list)")
        }
        #expect(await door.ask("GET", "/cycles/1", one).status == 200)
        let guess = await door.ask("GET", "/cycles/1", two)
        let nothing = await door.ask("GET", "/cycles/999", two)
        #expect(guess.status == 404)
        #expect(text(guess).replacing("cycle 1", with: "cycle 999").contains("cycle 999"))
        #expect(nothing.status == 404)
        let foreign = await door.ask(
            "POST", "/api/orders", two,
            #"{"account_id": \#(account), "symbol": "AAPL", "side": "buy", "quantity": 1}"#)
        #expect(foreign.status == 404)
        // Nobody chooses the tenant: it is no parameter.
        #expect(await door.ask("GET", "/api/orders?tenant_id=1", two).status == 400)
        await door.close()
    }

    @Test("A write that is sent again with its Idempotency-Key happens once")
    func idempotency() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        let headers: Headers = ["idempotency-key": "k1"]
        let body = #"{"symbols": ["AAPL"]}"#
        let statuses = await withTaskGroup(of: String.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    let answer = await door.ask("POST", "/cycles/run", key, body, headers: headers)
                    return "\(answer.status) \(text(answer))"
                }
            }
            return await Set(group.reduce(into: [String]()) { $0.append($1) })
        }
        #expect(statuses.count == 1, "\(statuses)")
        let cycles: Int64 = try await door.desk.admin.query(
            "select count(*) from agent.cycle"
        ).value()
        #expect(cycles == 1)
        let other = await door.ask(
            "POST", "/cycles/run", key, #"{"symbols": ["AMZN"]}"#, headers: headers)
        #expect(other.status == 409)
        await door.close()
    }

    @Test("A halt takes effect with the next order")
    func halt() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        let halt = await door.ask(
            "POST", "/api/system/trading/disable", key, #"{"reason": "looks wrong"}"#)
        #expect(halt.status == 200, "\(text(halt))")
        let order = await door.ask(
            "POST", "/api/orders", key,
            #"{"account_id": \#(door.desk.account), "symbol": "AAPL", "side": "buy", "quantity": 1, "as_of": "2018-02-05"}"#
        )
        #expect(text(order).contains("TRADING_HALTED"))
        #expect(text(await door.ask("GET", "/api/risk/status", key)).contains("HALTED"))
        #expect(await door.ask("POST", "/api/system/trading/enable", key, "{}").status == 200)
        await door.close()
    }

    @Test("A resume behind the circuit breaker asks in the inbox; who approves there closes it")
    func resume() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        let account = door.desk.account
        func breaker(_ verb: String, _ reason: String) async -> Response {
            await door.ask(
                "POST", "/api/system/circuit-breaker/\(verb)", key,
                #"{"account_id": \#(account), "reason": "\#(reason)"}"#)
        }
        func shows(_ state: String) async -> Bool {
            text(await door.ask("GET", "/api/system/circuit-breaker", key)).contains(
                #""state":"\#(state)""#)
        }
        #expect(await breaker("resume", "too early").status == 422)
        #expect(await breaker("trip", "a trial").status == 200)
        #expect(await shows("open"))
        let asked = await breaker("resume", "looked at it")
        #expect(asked.status == 200, "\(text(asked))")
        #expect(await shows("closing"))
        let approval: Int64 = try await door.desk.admin.query(
            "select approval_id from agent.approval where kind = 'breaker' and status = 'open'"
        ).value()
        #expect(text(asked).contains(#""approval_id":\#(approval)"#))
        let approved = await door.ask(
            "POST", "/api/approvals", key,
            #"{"approval_id": \#(approval), "reason": "it was a trial"}"#)
        #expect(approved.status == 200, "\(text(approved))")
        #expect(await shows("closed"))
        await door.close()
    }

    @Test("The same answer has the same ETag, and is not sent twice")
    func entityTag() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        let first = await door.ask("GET", "/api/accounts", key)
        let tag = try #require(first.header("ETag"))
        let again = await door.ask("GET", "/api/accounts", key, headers: ["if-none-match": tag])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        await door.close()
    }

    @Test("Lists are paged by a cursor, each row once")
    func paging() async throws {
        let door = try await Door.open()
        let key = try await door.key()
        _ = try await door.desk.admin.transaction { connection in
            _ = try await connection.query("select set_config('bellwether.tenant', '1', true)")
            return try await connection.query(
                "select agent.record_event('Test', null, to_jsonb(n)) from generate_series(1, 25) n"
            )
        }
        struct Page: Decodable {
            struct Item: Decodable {
                let id: Int

                enum CodingKeys: String, CodingKey { case id = "event_id" }
            }
            let items: [Item]
            let next: String?
        }
        var ids: [Int] = []
        var cursor = ""
        repeat {
            let answer = await door.ask("GET", "/api/events?type=Test&limit=10\(cursor)", key)
            let page = try JSONDecoder().decode(Page.self, from: Data(answer.body))
            ids += page.items.map(\.id)
            cursor = page.next.map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty
        #expect(ids.count == 25)
        #expect(ids == ids.sorted(by: >))
        #expect(Set(ids).count == 25)
        await door.close()
    }

    @Test("Events come as they happen, and after a break from where it was")
    func events() async throws {
        let door = try await Door.open()
        let running = Task { await door.service.run() }
        let record: @Sendable (Int) async throws -> Void = { number in
            _ = try await door.desk.admin.transaction { connection in
                _ = try await connection.query("select set_config('bellwether.tenant', '1', true)")
                return try await connection.query(
                    "select agent.record_event('Test', null, to_jsonb(\(bind: number)::int))")
            }
        }
        try await record(0)
        let first = try await door.service.events.subscribe(tenant: 1, cycle: nil, after: nil)
        let foreign = try await door.service.events.subscribe(tenant: 2, cycle: nil, after: nil)
        try await record(1)
        try await record(2)
        var seen: [String] = []
        for await text in first.texts where text.hasPrefix("id:") {
            seen.append(text)
            if seen.count == 2 { break }
        }
        #expect(seen[0].contains(#""payload":1"#))
        #expect(seen[1].contains(#""payload":2"#))
        await door.service.events.end(first)
        try await record(3)
        let id = try #require(Int64(seen[0].dropFirst(4).prefix { $0.isNumber }))
        let again = try await door.service.events.subscribe(tenant: 1, cycle: nil, after: id)
        seen = []
        for await text in again.texts where text.hasPrefix("id:") {
            seen.append(text)
            if seen.count == 2 { break }
        }
        #expect(seen[0].contains(#""payload":2"#))
        #expect(seen[1].contains(#""payload":3"#))
        await door.service.endStreams()
        for await text in foreign.texts { #expect(!text.contains("payload")) }
        running.cancel()
        await running.value
        await door.close()
    }

    @Test(
        "The page's cookie is signed: one altered or of an old secret is none, nor one logged out")
    func session() async throws {
        let door = try await Door.open()
        func logIn() async throws -> (cookie: String, csrf: String) {
            let answer = await door.ask(
                "POST", "/login", nil, #"{"key": "\#(try await door.key())"}"#)
            let field = try #require(answer.header("Set-Cookie"))
            #expect(field.contains("; HttpOnly; SameSite=Strict"))
            let csrf = text(answer).split(separator: "\"")[3]
            return (String(field.prefix { $0 != ";" }), String(csrf))
        }
        func ask(_ cookie: String, by service: Service? = nil) async -> Response {
            let request = Request(
                method: "GET", path: "/api/whoami", headers: ["cookie": "x=1; \(cookie)"])
            guard case .whole(let answer) = await (service ?? door.service).reply(request) else {
                return Response(0)
            }
            return answer
        }
        let (cookie, csrf) = try await logIn()
        let parts = cookie.split(separator: ".")
        #expect(parts.count == 3)
        #expect(await ask(cookie).status == 200)
        for other in [
            String(cookie.dropLast()) + (cookie.hasSuffix("0") ? "1" : "0"), String(parts[0]),
            "\(parts[0]).\(parts[1])", "\(parts[0]).9999999999.\(parts[2])",
        ] {
            let answer = await ask(other)
            #expect(answer.status == 401)
            #expect(text(answer).contains("bad_cookie"), "\(text(answer))")
        }
        // A write needs its token.
        let out: Headers = ["cookie": cookie]
        let write = #"{"reason": "x"}"#
        let path = "/api/system/trading/disable"
        #expect(await door.ask("POST", path, nil, write, headers: out).status == 403)
        let both: Headers = ["cookie": cookie, "x-csrf-token": csrf]
        #expect(await door.ask("POST", path, nil, write, headers: both).status == 200)

        // The row ends it, however well it is signed.
        #expect(await door.ask("POST", "/logout", nil, headers: both).status == 204)
        #expect(text(await ask(cookie)).contains("session_ended"))

        // A secret that was ended at once is believed by no gateway that asks again.
        let (second, _) = try await logIn()
        #expect(await ask(second).status == 200)
        _ = try await door.desk.admin.query("select gateway.rotate_cookie_secret('8 hours')")
        let later = Service(
            pool: door.pool, libraries: nil, isSecure: false, log: { _ in }, complain: { _ in })
        #expect(await ask(second, by: later).status == 200)
        _ = try await door.desk.admin.query("select gateway.rotate_cookie_secret('0')")
        let last = Service(
            pool: door.pool, libraries: nil, isSecure: false, log: { _ in }, complain: { _ in })
        #expect(text(await ask(second, by: last)).contains("bad_cookie"))
        let (third, _) = try await logIn()
        #expect(await ask(third, by: door.service).status == 200)
        await door.close()
    }

    @Test("With the database away it stays up and says so")
    func databaseAway() async throws {
        let target = try ConnectionTarget("postgresql://nobody@127.0.0.1:1/nothing")
        var settings = Pool.Settings()
        settings.acquireLimit = .milliseconds(500)
        let pool = Pool(target, settings: settings)
        let service = Service(
            pool: pool, libraries: nil, isSecure: false, log: { _ in }, complain: { _ in })
        guard
            case .whole(let health) = await service.reply(Request(method: "GET", path: "/health")),
            case .whole(let list) = await service.reply(
                Request(
                    method: "GET", path: "/api/orders", headers: ["authorization": "Bearer x"])),
            case .whole(let page) = await service.reply(Request(method: "GET", path: "/"))
        else { return }
        #expect(health.status == 503)
        #expect(text(health).contains("unhealthy"))
        #expect(text(health).contains(#""since":"20"#))
        #expect(list.status == 503)
        #expect(text(list).contains("database_unreachable"))
        #expect(page.status == 200)
        await pool.close()
    }
}
