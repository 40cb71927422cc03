import FoundationEssentials
package import Postgres

/// The one statement that answers a request, its values bound as texts and cast by the server.
package struct Call: Sendable {
    package static let defaultLimit = 100
    package static let maximumLimit = 1000

    /// One row, one column: the JSON text of the answer. Of a view one row an item: its JSON text, then
    /// its sort columns as texts.
    package let statement: SQL
    /// How many rows a list of a view may have; the statement reads one more.
    package let limit: Int?

    /// - Throws: `Problem` that names the parameter that is unknown or missing.
    package init(_ route: Route, _ arguments: Arguments) throws(Problem) {
        if route.isView {
            (statement, limit) = try Self.view(route, arguments)
        } else {
            statement = try Self.function(route, arguments)
            limit = nil
        }
    }

    private init(_ statement: SQL, _ limit: Int?) {
        self.statement = statement
        self.limit = limit
    }

    /// The same call with other values of the same arguments; there is no cursor among them.
    func rebound(_ route: Route, _ arguments: Arguments) -> Call {
        var values: [any PostgresEncodable] = []
        for parameter in route.parameters {
            guard let value = arguments.values[parameter.name] else { continue }
            // A view's column is compared with null in the text.
            if !(route.isView && value == nil) { values.append(value) }
        }
        return Call(statement.rebound(values), limit)
    }

    // MARK: Functions

    private static func function(_ route: Route, _ arguments: Arguments) throws(Problem) -> SQL {
        try refuseUnknown(route, arguments, beside: [])
        var list: SQL = ""
        for parameter in route.parameters {
            guard let value = arguments.values[parameter.name] else {
                if !parameter.required { continue }
                throw Problem(
                    400, "missing_parameter", "The parameter \(parameter.name) is missing",
                    hint: "It is of type \(parameter.type). \(route.about)")
            }
            let comma: SQL = list.text.isEmpty ? "" : ", "
            list =
                "\(fragment: list)\(fragment: comma)\(identifier: parameter.name) => \(fragment: bound(value, parameter.type))"
        }
        let call = SQL(unchecked: route.target + "(")
        switch route.shape {
        case .rows:
            return """
                select coalesce(json_agg(r), '[]')::text from \(fragment: call)\(fragment: list)) as r
                """
        case .row:
            return """
                select row_to_json(r)::text from \(fragment: call)\(fragment: list)) as r
                """
        case .value:
            let function = String(route.target.drop { $0 != "." }.dropFirst())
            let name = SQL(unchecked: "'\(resultName(function))'")
            // Without the offset the server would put the call in each place of r.v, and run it twice.
            return """
                select case
                        when pg_typeof(r.v) in ('json'::regtype, 'jsonb'::regtype) then r.v::text
                        else json_build_object(\(fragment: name)::text, r.v)::text
                    end
                from (select \(fragment: call)\(fragment: list)) as v offset 0) as r
                """
        }
    }

    /// What a scalar is called in the answer.
    private static func resultName(_ function: String) -> String {
        switch function {
        case "run_cycle": "cycle_id"
        case "save_strategy": "version"
        default: "result"
        }
    }

    /// A text as a value of the type; the server casts it and says what is wrong with it.
    private static func bound(_ value: String?, _ type: String) -> SQL {
        // Types come from the catalog.
        let cast = SQL(unchecked: "::" + type)
        if type.hasSuffix("[]") {
            return """
                array(select jsonb_array_elements_text(\(bind: value)::text::jsonb))\(fragment: cast)
                """
        }
        return "\(bind: value)::text\(fragment: cast)"
    }

    private static func refuseUnknown(
        _ route: Route, _ arguments: Arguments, beside others: Set<String>
    ) throws(Problem) {
        let known = Set(route.parameters.map(\.name))
        for name in arguments.values.keys.sorted()
        where !known.contains(name) && !others.contains(name) {
            throw Problem(
                400, "unknown_parameter", "There is no parameter \(name.prefix(100))",
                hint: "There are: \((known.union(others)).sorted().joined(separator: ", ")).")
        }
    }

    // MARK: Views

    private static func view(
        _ route: Route, _ arguments: Arguments
    ) throws(Problem) -> (SQL, Int) {
        try refuseUnknown(route, arguments, beside: ["limit", "cursor", "columns"])
        let limit = try limit(arguments)
        var conditions: SQL = "true"
        for column in route.parameters {
            guard let value = arguments.values[column.name] else { continue }
            let test: SQL =
                value == nil
                ? "\(identifier: column.name) is null"
                : "\(identifier: column.name) = \(fragment: bound(value, column.type))"
            conditions = "\(fragment: conditions) and \(fragment: test)"
        }
        if let cursor = arguments.values["cursor"] ?? nil {
            conditions = """
                \(fragment: conditions) and (\(fragment: names(route.sort))) < \(fragment: try key(cursor, route))
                """
        }
        let order = SQL(
            unchecked: route.sort.map { SQL.quoted($0) + " desc" }.joined(separator: ", "))
        let source = SQL(unchecked: route.target)
        // A number in the text: with a parameter there the server would plan anew at each call.
        let many = SQL(unchecked: "\(limit + 1)")
        let keys = SQL(
            unchecked: route.sort.map { "p.\(SQL.quoted($0))::text" }.joined(separator: ", "))
        let page: SQL = """
            select * from \(fragment: source) where \(fragment: conditions)
            order by \(fragment: order) limit \(fragment: many)
            """
        var item: SQL = "p"
        if let columns = try columns(route, arguments) {
            item = "(select c from (select \(fragment: columns)) as c)"
        }
        let statement: SQL = """
            select row_to_json(\(fragment: item))::text, \(fragment: keys)
            from (\(fragment: page)) as p
            """
        return (statement, limit)
    }

    private static func limit(_ arguments: Arguments) throws(Problem) -> Int {
        guard let text = arguments.values["limit"] ?? nil else { return defaultLimit }
        guard let limit = Int(text), (1...maximumLimit).contains(limit) else {
            throw Problem(
                400, "bad_limit", "limit is a whole number from 1 to \(maximumLimit)")
        }
        return limit
    }

    /// `columns=symbol,quantity`: only these.
    private static func columns(
        _ route: Route, _ arguments: Arguments
    ) throws(Problem) -> SQL? {
        guard let text = arguments.values["columns"] ?? nil else { return nil }
        let wanted = text.split(separator: ",").map(String.init)
        let known = Set(route.columns.map(\.name))
        if let unknown = wanted.first(where: { !known.contains($0) }) {
            throw Problem(
                400, "unknown_column", "There is no column \(unknown.prefix(100))",
                hint: "There are: \(known.sorted().joined(separator: ", ")).")
        }
        return SQL(unchecked: wanted.map { "p." + SQL.quoted($0) }.joined(separator: ", "))
    }

    private static func names(_ columns: [String]) -> SQL {
        SQL(unchecked: columns.map(SQL.quoted).joined(separator: ", "))
    }

    /// The sort columns' values that a cursor holds.
    private static func key(_ cursor: String, _ route: Route) throws(Problem) -> SQL {
        guard
            let values = Cursor.values(cursor), values.count == route.sort.count
        else { throw Problem(400, "bad_cursor", "This cursor is not from this list") }
        let types = Dictionary(
            route.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        var list: SQL = ""
        for (value, name) in zip(values, route.sort) {
            let comma: SQL = list.text.isEmpty ? "" : ", "
            list =
                "\(fragment: list)\(fragment: comma)\(fragment: bound(value, types[name] ?? "text"))"
        }
        return "(\(fragment: list))"
    }
}
