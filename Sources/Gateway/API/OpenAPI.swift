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
        for own in OwnPath.all {
            paths[own.path, default: [:]][own.method.lowercased()] = operation(own)
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
        var operation: [String: Node] = [
            "operationId": .text(operationID(route.method, route.path)),
            "tags": .list([.text(route.tag)]), "summary": .text(route.summary),
            "description": .text(route.about + " Needs the scope `\(route.scope.rawValue)`."),
            "responses": .object([
                "\(route.status)": .object([
                    "description": .text(route.summary),
                    "content": json(result(route)),
                ]),
                "default": refusal,
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

    private static func operationID(_ method: String, _ path: String) -> String {
        let name = path.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.joined(separator: "_")
        return "\(method.lowercased())_\(name)"
    }

    private static let refusal = Node.object([
        "description": .text("What went wrong"),
        "content": .object([
            "application/problem+json": .object([
                "schema": .object(["$ref": .text("#/components/schemas/Problem")])
            ])
        ]),
    ])

    private static func operation(_ own: OwnPath) -> Node {
        var responses: [String: Node] = ["default": refusal]
        for (status, type) in own.answers {
            var answer: [String: Node] = ["description": .text(own.summary)]
            if let type {
                let schema = type.hasPrefix("text/") ? "string" : nil
                answer["content"] = .object([
                    type: .object(["schema": .object(schema.map { ["type": .text($0)] } ?? [:])])
                ])
            }
            responses["\(status)"] = .object(answer)
        }
        var parameters = own.query.map { query($0.name, $0.type, $0.about) }
        if let open = own.path.firstIndex(of: "{"), let close = own.path.firstIndex(of: "}") {
            parameters.append(
                .object([
                    "name": .text(String(own.path[own.path.index(after: open)..<close])),
                    "in": .text("path"), "required": .flag(true),
                    "schema": schema("bigint", inQuery: true),
                ]))
        }
        var operation: [String: Node] = [
            "operationId": .text(operationID(own.method, own.path)),
            "tags": .list([.text("gateway")]),
            "summary": .text(own.summary), "description": .text(own.about),
            "parameters": .list(parameters), "responses": .object(responses),
        ]
        if !own.needsKey { operation["security"] = .list([]) }
        if !own.body.isEmpty {
            let members = own.body.map { ($0.name, Node.object(["type": .text($0.type)])) }
            operation["requestBody"] = .object([
                "required": .flag(true),
                "content": json(
                    .object([
                        "type": .text("object"),
                        "properties": .object(
                            Dictionary(members, uniquingKeysWith: { one, _ in one })),
                        "required": .list(own.body.map { .text($0.name) }),
                    ])),
            ])
        }
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
