import FoundationEssentials

/// What a request says: names and texts, from the path, the address and the JSON body.
package struct Arguments: Sendable {
    /// nil: JSON null. Lists and objects are their JSON text.
    package private(set) var values: [String: String?] = [:]

    /// - Throws: `Problem` for a body that is no JSON object.
    package init(
        _ request: Request, _ route: Route, placeholder: String?
    ) throws(Problem) {
        let types = Dictionary(
            route.parameters.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        func add(_ name: String, _ value: String?) {
            let name = route.alias[name] ?? name
            // One value where a list is wanted is a list of one.
            if let value, types[name]?.hasSuffix("[]") == true, !value.hasPrefix("[") {
                values[name] = Self.list(value.split(separator: ",").map(String.init))
            } else {
                values[name] = value
            }
        }
        if !request.body.isEmpty {
            for (name, value) in try Self.object(request.body) { add(name, value) }
        }
        for (name, value) in request.query { add(name, value) }
        if let name = route.placeholder, let placeholder {
            add(name, placeholder)
        }
    }

    private static func list(_ items: [String]) -> String {
        guard let data = try? JSONEncoder().encode(items) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func object(_ body: [UInt8]) throws(Problem) -> [(String, String?)] {
        let members: [String: JSONMember]
        do {
            members = try JSONDecoder().decode([String: JSONMember].self, from: Data(body))
        } catch {
            throw Problem(
                400, "bad_json", "The body is no JSON object",
                hint: "Send Content-Type: application/json and an object of parameters.")
        }
        return members.map { ($0.key, $0.value.text) }
    }
}

/// A member of an object as the text that PostgreSQL reads.
private struct JSONMember: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            text = nil
        } else if let value = try? single.decode(Bool.self) {
            text = value ? "true" : "false"
        } else if let value = try? single.decode(String.self) {
            text = value
        } else if let value = try? single.decode(Int64.self) {
            text = "\(value)"
        } else if let value = try? single.decode(Decimal.self) {
            text = "\(value)"
        } else {
            text = try single.decode(JSONTree.self).json
        }
    }
}
