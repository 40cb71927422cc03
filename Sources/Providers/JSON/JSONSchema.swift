/// A schema that answers of models are held to: a subset of JSON Schema (draft 2020-12).
///
/// Known words: `type` (one or several), `enum`, `const`, `properties`, `required`,
/// `additionalProperties` (true or false), `items`, `minItems`, `maxItems`, `minLength`,
/// `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `anyOf`, and the notes
/// `title`, `description`, `$schema`. A schema with any other word is refused: what is not checked
/// must not look as if it were.
package struct JSONSchema: Sendable, Equatable {
    package let value: JSONValue

    private static let words: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items",
        "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "anyOf", "title", "description", "$schema",
    ]
    private static let types: Set<String> = [
        "null", "boolean", "number", "integer", "string", "array", "object",
    ]

    /// - Throws: `JSONSchemaError` that names the place of what is unknown or cannot be meant.
    package init(_ value: JSONValue) throws(JSONSchemaError) {
        try Self.check(value, at: "$")
        self.value = value
    }

    private static func check(_ schema: JSONValue, at path: String) throws(JSONSchemaError) {
        func wrong(_ message: String) -> JSONSchemaError {
            JSONSchemaError(path: path, message: message)
        }
        guard let object = schema.object else { throw wrong("a schema is an object") }
        for (name, value) in object.members {
            guard words.contains(name) else { throw wrong("'\(name)' is not checked here") }
            switch name {
            case "type":
                let names = value.array ?? [value]
                guard !names.isEmpty, names.allSatisfy({ types.contains($0.string ?? "") }) else {
                    throw wrong("'type' is one of \(types.sorted().joined(separator: ", "))")
                }
            case "enum", "required":
                guard value.array != nil else { throw wrong("'\(name)' is a list") }
            case "minItems", "maxItems", "minLength", "maxLength":
                guard let count = value.int, count >= 0 else {
                    throw wrong("'\(name)' is a whole number")
                }
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
                guard value.double != nil else { throw wrong("'\(name)' is a number") }
            case "additionalProperties":
                guard value.bool != nil else { throw wrong("'\(name)' is true or false") }
            case "properties":
                guard let properties = value.object else { throw wrong("'\(name)' is an object") }
                for (name, schema) in properties.members {
                    try check(schema, at: "\(path).\(name)")
                }
            case "items": try check(value, at: "\(path)[]")
            case "anyOf":
                guard let choices = value.array, !choices.isEmpty else {
                    throw wrong("'anyOf' is a list of schemas")
                }
                for choice in choices { try check(choice, at: "\(path)|") }
            default: break
            }
        }
    }

    /// The schema as vendors take it: bounds of numbers, lengths and counts, which their decoders do
    /// not know, are told in the description instead. They are checked here all the same.
    package var withoutBounds: JSONValue { Self.withoutBounds(value) }

    private static let bounds = [
        ("minimum", "at least"), ("maximum", "at most"), ("exclusiveMinimum", "above"),
        ("exclusiveMaximum", "below"), ("minLength", "characters: at least"),
        ("maxLength", "characters: at most"), ("minItems", "items: at least"),
        ("maxItems", "items: at most"),
    ]

    private static func withoutBounds(_ schema: JSONValue) -> JSONValue {
        guard var object = schema.object else { return schema }
        var notes = [object["description"]?.string].compactMap { $0 }
        for (name, words) in bounds {
            guard let value = object[name] else { continue }
            notes.append("\(words) \(value)")
            object[name] = nil
        }
        if !notes.isEmpty { object["description"] = .string(notes.joined(separator: "; ")) }
        if let properties = object["properties"]?.object {
            var stripped = JSONObject()
            for (name, value) in properties.members { stripped[name] = withoutBounds(value) }
            object["properties"] = .object(stripped)
        }
        if let items = object["items"] { object["items"] = withoutBounds(items) }
        if let choices = object["anyOf"]?.array {
            object["anyOf"] = .array(choices.map(withoutBounds))
        }
        return .object(object)
    }
}

/// Why a schema is none of ours.
package struct JSONSchemaError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let message: String

    package var description: String { "schema at \(path): \(message)" }
}
