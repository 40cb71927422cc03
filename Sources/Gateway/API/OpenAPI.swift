import FoundationEssentials

/// The description of the API, made from the same rows that answer it.
enum OpenAPI {
    /// A value of JSON, written with sorted keys.
    private indirect enum Node: Encodable {
        case text(String)
        case number(Int)
        case flag(Bool)
        case list([Node])
        case object([String: Node])

        func encode(to encoder: any Encoder) throws {
            var single = encoder.singleValueContainer()
            switch self {
            case .text(let value): try single.encode(value)
            case .number(let value): try single.encode(value)
            case .flag(let value): try single.encode(value)
            case .list(let value): try single.encode(value)
            case .object(let value): try single.encode(value)
            }
        }
    }

    static func document(_ routes: [Route]) throws -> String {
        var paths: [String: [String: Node]] = [:]
        for route in routes where route.method != "RPC" {
            paths[route.path, default: [:]][route.method.lowercased()] = operation(route)
        }
        let document = Node.object([
            "openapi": .text("3.1.0"),
            "info": .object([
                "title": .text("Bellwether"), "version": .text("1"),
                "description": .text(
                    "Every path is one call of the database's schema api, as the key's tenant."),
                "license": .object(["name": .text("Apache-2.0")]),
            ]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "securitySchemes": .object([
                    "key": .object(["type": .text("http"), "scheme": .text("bearer")])
                ]),
                "schemas": .object(["Problem": problem]),
            ]),
            "security": .list([.object(["key": .list([])])]),
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    private static func operation(_ route: Route) -> Node {
        let name = route.path.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            .joined(separator: "_")
        var operation: [String: Node] = [
            "operationId": .text("\(route.method.lowercased())_\(name)"),
            "tags": .list([.text(route.tag)]), "summary": .text(route.summary),
            "description": .text(route.about + " Needs the scope `\(route.scope.rawValue)`."),
            "responses": .object([
                "\(route.status)": .object([
                    "description": .text(route.summary),
                    "content": json(result(route)),
                ]),
                "default": .object([
                    "description": .text("What went wrong"),
                    "content": .object([
                        "application/problem+json": .object([
                            "schema": .object([
                                "$ref": .text("#/components/schemas/Problem")
                            ])
                        ])
                    ]),
                ]),
            ]),
        ]
        let hasBody = route.method != "GET" && route.method != "DELETE"
        var parameters: [Node] = route.parameters.compactMap { parameter in
            let isInPath = parameter.name == route.placeholder
            if hasBody && !isInPath { return nil }
            return .object([
                "name": .text(parameter.name),
                "in": .text(isInPath ? "path" : "query"),
                "required": .flag(isInPath || parameter.required),
                "schema": schema(parameter.type, inQuery: true),
            ])
        }
        if hasBody {
            operation["requestBody"] = body(route)
            parameters.append(
                header("Idempotency-Key", "The same key: the write happens once.", 255))
        }
        if route.isView {
            parameters += [
                query("limit", "integer", "How many at most, 1 to \(Call.maximumLimit)."),
                query("cursor", "string", "The `next` of the page before."),
                query("columns", "string", "Only these columns, with commas between them."),
            ]
        }
        operation["parameters"] = .list(parameters)
        return .object(operation)
    }

    private static func body(_ route: Route) -> Node {
        let members = route.parameters.filter { $0.name != route.placeholder }
        let properties = Dictionary(
            members.map { ($0.name, schema($0.type, inQuery: false)) },
            uniquingKeysWith: { first, _ in first })
        let required = members.filter(\.required).map(\.name)
        var type: [String: Node] = [
            "type": .text("object"), "properties": .object(properties),
            "additionalProperties": .flag(false),
        ]
        if !required.isEmpty { type["required"] = .list(required.map { .text($0) }) }
        return .object([
            "required": .flag(!required.isEmpty), "content": json(.object(type)),
        ])
    }

    private static func result(_ route: Route) -> Node {
        let row = Node.object([
            "type": .text("object"),
            "properties": .object(
                Dictionary(
                    route.columns.map { ($0.name, nullable(schema($0.type, inQuery: false))) },
                    uniquingKeysWith: { first, _ in first })),
        ])
        switch route.shape {
        case .row: return row
        case .value: return .object(["type": .text("object")])
        case .rows:
            let list = Node.object(["type": .text("array"), "items": row])
            guard route.isView else { return list }
            return .object([
                "type": .text("object"),
                "required": .list([.text("items"), .text("next")]),
                "properties": .object([
                    "items": list,
                    "next": .object(["type": .list([.text("string"), .text("null")])]),
                ]),
            ])
        }
    }

    private static func json(_ schema: Node) -> Node {
        .object(["application/json": .object(["schema": schema])])
    }

    private static func query(_ name: String, _ type: String, _ about: String) -> Node {
        .object([
            "name": .text(name), "in": .text("query"), "required": .flag(false),
            "description": .text(about), "schema": .object(["type": .text(type)]),
        ])
    }

    private static func header(_ name: String, _ about: String, _ length: Int) -> Node {
        .object([
            "name": .text(name), "in": .text("header"), "required": .flag(false),
            "description": .text(about),
            "schema": .object([
                "type": .text("string"), "minLength": .number(1), "maxLength": .number(length),
            ]),
        ])
    }

    private static func nullable(_ schema: Node) -> Node {
        guard case .object(var members) = schema, case .text(let type)? = members["type"] else {
            return schema
        }
        members["type"] = .list([.text(type), .text("null")])
        return .object(members)
    }

    /// A type of PostgreSQL as one of JSON Schema.
    private static func schema(_ type: String, inQuery: Bool) -> Node {
        if type.hasSuffix("[]") {
            return inQuery
                ? .object(["type": .text("string")])
                : .object([
                    "type": .text("array"),
                    "items": schema(String(type.dropLast(2)), inQuery: false),
                ])
        }
        switch type {
        case "smallint", "integer", "bigint": return .object(["type": .text("integer")])
        case "numeric", "double precision", "real": return .object(["type": .text("number")])
        case "boolean": return .object(["type": .text("boolean")])
        case "json", "jsonb":
            return inQuery ? .object(["type": .text("string")]) : .object([:])
        case "timestamp with time zone":
            return .object(["type": .text("string"), "format": .text("date-time")])
        case "date": return .object(["type": .text("string"), "format": .text("date")])
        case "uuid": return .object(["type": .text("string"), "format": .text("uuid")])
        default: return .object(["type": .text("string")])
        }
    }

    private static let problem = Node.object([
        "type": .text("object"),
        "required": .list(["type", "title", "status", "code"].map { .text($0) }),
        "properties": .object([
            "type": .object(["type": .text("string")]),
            "title": .object(["type": .text("string")]),
            "status": .object(["type": .text("integer")]),
            "code": .object(["type": .text("string")]),
            "detail": .object(["type": .text("string")]),
            "hint": .object(["type": .text("string")]),
            "sqlstate": .object(["type": .text("string")]),
            "request_id": .object(["type": .text("string")]),
        ]),
    ])
}
