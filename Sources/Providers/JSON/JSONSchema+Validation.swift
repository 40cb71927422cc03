/// One thing in a value that its schema does not allow.
package struct SchemaViolation: Equatable, Sendable, CustomStringConvertible {
    /// Such as `$.orders[2].quantity`.
    package let path: String
    package let message: String

    package var description: String { "\(path) \(message)" }
}

extension JSONSchema {
    /// Everything that is wrong with a value; empty if it fits.
    package func violations(in value: JSONValue) -> [SchemaViolation] {
        var check = SchemaCheck()
        check.run(value, self.value, at: "$")
        return check.found
    }
}

private struct SchemaCheck {
    var found: [SchemaViolation] = []

    private mutating func add(_ path: String, _ message: String) {
        found.append(SchemaViolation(path: path, message: message))
    }

    mutating func run(_ value: JSONValue, _ schema: JSONValue, at path: String) {
        if let type = schema["type"], !fits(value, type) {
            let names = (type.array ?? [type]).compactMap(\.string).joined(separator: " or ")
            // What follows is about a value of the right type.
            return add(path, "must be \(names), not \(value.kind)")
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(where: { Self.equal($0, value) })
        {
            let words = allowed.map(\.description).joined(separator: ", ")
            add(path, "must be one of \(words)")
        }
        if let only = schema["const"], !Self.equal(only, value) { add(path, "must be \(only)") }
        if let choices = schema["anyOf"]?.array {
            let isMet = choices.contains { choice in
                var inner = SchemaCheck()
                inner.run(value, choice, at: path)
                return inner.found.isEmpty
            }
            if !isMet { add(path, "fits none of the \(choices.count) forms") }
        }
        switch value {
        case .number: runNumber(value, schema, path)
        case .string(let text): runLength(text.unicodeScalars.count, "Length", schema, path)
        case .array(let items):
            runLength(items.count, "Items", schema, path)
            if let schema = schema["items"] {
                for (place, item) in items.enumerated() {
                    run(item, schema, at: "\(path)[\(place)]")
                }
            }
        case .object(let object): runObject(object, schema, path)
        case .null, .bool: break
        }
    }

    private func fits(_ value: JSONValue, _ type: JSONValue) -> Bool {
        (type.array ?? [type]).compactMap(\.string).contains { name in
            name == "integer" ? value.int != nil : name == value.kind
        }
    }

    /// Numbers are equal by value: 1, 1.0 and 1e0.
    private static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if case .number = left, case .number = right { return left.double == right.double }
        return left == right
    }

    private mutating func runNumber(_ value: JSONValue, _ schema: JSONValue, _ path: String) {
        guard let number = value.double else { return add(path, "is no number that can be meant") }
        func bound(_ name: String) -> Double? { schema[name]?.double }
        if let least = bound("minimum"), number < least {
            add(path, "must be at least \(least), not \(number)")
        }
        if let most = bound("maximum"), number > most {
            add(path, "must be at most \(most), not \(number)")
        }
        if let least = bound("exclusiveMinimum"), number <= least {
            add(path, "must be above \(least), not \(number)")
        }
        if let most = bound("exclusiveMaximum"), number >= most {
            add(path, "must be below \(most), not \(number)")
        }
    }

    private mutating func runLength(
        _ count: Int, _ word: String, _ schema: JSONValue, _ path: String
    ) {
        if let least = schema["min\(word)"]?.int, count < least {
            add(path, "is shorter than \(least)")
        }
        if let most = schema["max\(word)"]?.int, count > most {
            add(path, "is longer than \(most)")
        }
    }

    private mutating func runObject(_ object: JSONObject, _ schema: JSONValue, _ path: String) {
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where object[name] == nil { add(path, "lacks '\(name)'") }
        let properties = schema["properties"]?.object
        for (name, value) in object.members {
            if let schema = properties?[name] {
                run(value, schema, at: "\(path).\(name)")
            } else if schema["additionalProperties"]?.bool == false {
                add(path, "has '\(name.prefix(40))', which is unknown")
            }
        }
    }
}
