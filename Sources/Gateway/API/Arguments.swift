import FoundationEssentials

/// What a request says: names and texts, from the path, the address and the JSON body.
package struct Arguments: Sendable {
    /// nil: JSON null. Lists and objects are their JSON text.
    package private(set) var values: [String: String?] = [:]

    /// - Throws: `Problem` for a body that is no JSON object.
    package init(
        _ request: Request, _ route: Route, placeholder: String?
    ) throws(Problem) {
        if !request.body.isEmpty {
            for (name, value) in try Self.object(request.body) { add(name, value, route) }
        }
        for (name, value) in request.query { add(name, value, route) }
        if let name = route.placeholder, let placeholder {
            add(name, placeholder, route)
        }
    }

    /// The members of JSON-RPC's params.
    init(_ members: [String: JSONTree], _ route: Route) {
        for (name, value) in members { add(name, value.text, route) }
    }

    private mutating func add(_ name: String, _ value: String?, _ route: Route) {
        let name = route.alias[name] ?? name
        // One value where a list is wanted is a list of one.
        if let value, !value.hasPrefix("["),
            route.parameters.first(where: { $0.name == name })?.type.hasSuffix("[]") == true
        {
            values[name] = Self.list(value.split(separator: ",").map(String.init))
        } else {
            values[name] = value
        }
    }

    private static func list(_ items: [String]) -> String {
        guard let data = try? JSONEncoder().encode(items) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func object(_ body: [UInt8]) throws(Problem) -> [(String, String?)] {
        do {
            return try JSONDecoder().decode([String: JSONTree].self, from: Data(body))
                .map { ($0.key, $0.value.text) }
        } catch {
            throw Problem(
                400, "bad_json", "The body is no JSON object",
                hint: "Send Content-Type: application/json and an object of parameters.")
        }
    }
}
