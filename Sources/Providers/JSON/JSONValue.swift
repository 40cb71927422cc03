/// A JSON value as somebody else wrote it: numbers keep their digits, members their order.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's own text, such as `1e18`: no digit is lost, and nothing overflows.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object in their order; no name comes twice.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var members: [(name: String, value: JSONValue)] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    package subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            if let place = members.firstIndex(where: { $0.name == name }) {
                if let newValue {
                    members[place].value = newValue
                } else {
                    members.remove(at: place)
                }
            } else if let newValue {
                members.append((name, newValue))
            }
        }
    }
}

extension JSONObject: Equatable {
    /// The order of members says nothing.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { right[$0.name] == $0.value }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }

    /// - Parameter number: finite; JSON has no word for anything else.
    package init(_ number: Double) {
        precondition(number.isFinite, "JSON has no word for \(number)")
        self = .number(
            number == number.rounded() && abs(number) < 1e15
                ? String(Int64(number)) : String(number))
    }
}

// MARK: - Reading

extension JSONValue {
    /// A member of an object, or nil.
    package subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    /// An element of an array, or nil.
    package subscript(index: Int) -> JSONValue? {
        if case .array(let items) = self, items.indices.contains(index) {
            items[index]
        } else {
            nil
        }
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The text of a number.
    package var numberText: String? { if case .number(let text) = self { text } else { nil } }

    /// nil if it is no number, or too large for one.
    package var double: Double? {
        guard let value = numberText.flatMap(Double.init), value.isFinite else { return nil }
        return value
    }

    package var int: Int? { numberText.flatMap { Int($0) } ?? double.flatMap { Int(exactly: $0) } }

    /// What it is, in a word.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
