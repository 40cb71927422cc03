import Postgres
import Testing

@testable import Gateway

@Suite("Calls") struct CallTests {
    private func call(_ request: Request, _ route: Route) throws -> Call {
        try Call(route, Arguments(request, route, placeholder: nil))
    }

    private func problem(_ request: Request, _ route: Route) -> Problem? {
        do {
            _ = try call(request, route)
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test("name the function's parameters and bind every value")
    func function() throws {
        let request = Request(
            method: "POST", path: "/f", body: Array(#"{"number": 7, "symbols": ["A'B"]}"#.utf8))
        let call = try call(request, .sample("POST", "/f", isView: false))
        #expect(call.statement.text.contains(#"from api.f("order_id" => $1::text::bigint"#))
        #expect(call.statement.values.count == 2)
        #expect(!call.statement.text.contains("A'B"))
    }

    @Test("take one value where a list is wanted")
    func list() throws {
        let request = Request(
            method: "POST", path: "/f", query: [("number", "1"), ("symbols", "A,B")])
        let call = try call(request, .sample("POST", "/f", isView: false))
        #expect(call.statement.values.last as? String? == #"["A","B"]"#)
    }

    @Test(
        "refuse what the route does not know, by name",
        arguments: [
            ([("order_id", "1"), ("nix", "2")], "unknown_parameter"),
            ([("order_id\" => 1) --", "2")], "unknown_parameter"),
            ([("symbols", "A")], "missing_parameter"),
        ])
    func unknown(query: [(String, String)], code: String) {
        let request = Request(method: "GET", path: "/f", query: query.map { ($0.0, $0.1) })
        #expect(problem(request, .sample("GET", "/f", isView: false))?.code == code)
    }

    @Test(
        "refuse limits, cursors and columns that cannot be",
        arguments: [
            ("limit", "0", "bad_limit"), ("limit", "1001", "bad_limit"),
            ("limit", "x", "bad_limit"),
            ("cursor", "nix", "bad_cursor"), ("cursor", "WzEsMl0=", "bad_cursor"),
            ("columns", "order_id,pg_sleep(9)", "unknown_column"),
        ])
    func badPaging(name: String, value: String, code: String) {
        let request = Request(method: "GET", path: "/api/orders", query: [(name, value)])
        #expect(problem(request, .sample("GET", "/api/orders"))?.code == code)
    }

    @Test("continue a list after the row that the cursor names")
    func cursor() throws {
        let request = Request(
            method: "GET", path: "/api/orders", query: [("cursor", Cursor.text(["41"]))])
        let call = try call(request, .sample("GET", "/api/orders"))
        #expect(call.statement.text.contains(#"("order_id") < ($1::text::bigint)"#))
        #expect(call.statement.values.first as? String? == "41")
    }

    @Test("refuse a body that is no object", arguments: ["[1]", "{", "7", "\"x\""])
    func body(text: String) {
        let request = Request(method: "POST", path: "/f", body: Array(text.utf8))
        #expect(problem(request, .sample("POST", "/f", isView: false))?.code == "bad_json")
    }

    @Test(
        "are the same from the cache",
        arguments: [
            ([("symbols", "A"), ("limit", "5")], true), ([("order_id", "7")], true), ([], true),
            ([("limit", "6"), ("columns", "symbols")], true),
            ([("order_id", "7"), ("symbols", "A,B")], false), ([("number", "8")], false),
        ])
    func cached(query: [(String, String)], isView: Bool) throws {
        let cache = CallCache()
        let route = Route.sample("GET", "/f", isView: isView)
        func arguments(_ values: [(String, String)]) throws -> Arguments {
            let request = Request(
                method: "GET", path: "/f", query: values.map { (name: $0.0, value: $0.1) })
            return try Arguments(request, route, placeholder: nil)
        }
        // Other values of the same arguments come first; a limit and columns are part of the text.
        let others = query.map { ($0.0, $0.0 == "order_id" || $0.0 == "number" ? "1" : $0.1) }
        _ = try cache.call(route, arguments(others))
        let found = try cache.call(route, arguments(query))
        let made = try Call(route, arguments(query))
        #expect(found.statement.text == made.statement.text)
        #expect(
            found.statement.values.map { $0 as? String }
                == made.statement.values.map { $0 as? String })
        #expect(found.limit == made.limit)
    }
}
