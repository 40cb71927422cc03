package import Postgres

/// What a key may do.
package enum Scope: String, Sendable, Comparable, Decodable {
    case none, read, trade, admin

    private var rank: Int {
        switch self {
        case .none: 0
        case .read: 1
        case .trade: 2
        case .admin: 3
        }
    }

    package static func < (left: Scope, right: Scope) -> Bool { left.rank < right.rank }
}

/// A path of the API and the one function or view of schema `api` that answers it.
package struct Route: Sendable {
    /// What comes back.
    package enum Shape: String, Sendable {
        /// A list.
        case rows
        /// One object.
        case row
        /// One value: JSON as it is, anything else as `{function's name: value}`.
        case value
    }

    package struct Parameter: Sendable, Decodable {
        package let name: String
        /// As PostgreSQL writes it: `timestamp with time zone`, `text[]`.
        package let type: String
        package let required: Bool
    }

    package struct Column: Sendable, Decodable {
        package let name: String
        package let type: String
    }

    package let method: String
    package let path: String
    package let scope: Scope
    /// Qualified name; from the database's own table, never from a request.
    package let target: String
    package let isView: Bool
    package let shape: Shape
    package let status: Int
    /// The columns that order a view, newest first.
    package let sort: [String]
    /// Other names for parameters.
    package let alias: [String: String]
    package let tag: String
    package let summary: String
    package let about: String
    package let parameters: [Parameter]
    package let columns: [Column]

    /// The name in braces, if the path has one.
    package var placeholder: String? {
        guard let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}") else {
            return nil
        }
        return String(path[path.index(after: open)..<close])
    }
}

extension Route {
    init(_ row: Row) throws(PostgresError) {
        method = try row.get("method")
        path = try row.get("path")
        scope = Scope(rawValue: try row.get("scope")) ?? .admin
        target = try row.get("target")
        isView = try row.get("is_view")
        shape = Shape(rawValue: try row.get("shape")) ?? .value
        status = Int(try row.get("status", as: Int32.self))
        sort = try row.get("sort", as: [String]?.self) ?? []
        alias = try row.get("alias", as: JSON.self).decode()
        tag = try row.get("tag")
        summary = try row.get("summary")
        about = try row.get("description")
        parameters = try row.get("parameters", as: JSON.self).decode()
        columns = try row.get("columns", as: JSON?.self)?.decode() ?? []
    }

    /// All of them, as the database has them now.
    package static func all(on connection: isolated Connection) async throws(PostgresError)
        -> [Route]
    {
        try await connection.query("select * from gateway.routes()")
            .decoded { row throws(PostgresError) in try Route(row) }
    }
}
