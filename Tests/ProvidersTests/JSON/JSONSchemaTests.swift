import Testing

@testable import Providers

@Suite("JSON schema") struct JSONSchemaTests {
    private static let order: JSONValue = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "action": ["type": "string", "enum": ["buy", "sell", "hold"]],
            "quantity": ["type": "number", "minimum": 0, "exclusiveMaximum": 1000],
            "reason": ["type": "string", "minLength": 1, "maxLength": 10],
            "tags": ["type": "array", "items": ["type": "string"], "maxItems": 2],
            "stop": ["anyOf": [["type": "null"], ["type": "number", "exclusiveMinimum": 0]]],
            "bars": ["type": ["integer", "null"]],
            "version": ["const": 1],
        ],
        "required": ["action", "quantity"],
    ]

    private func violations(_ text: String) throws -> [String] {
        try JSONSchema(Self.order).violations(in: JSONValue(parsing: text)).map(\.description)
    }

    @Test(
        "what fits has no violations",
        arguments: [
            #"{"action": "buy", "quantity": 0}"#,
            #"{"quantity": 999.9, "action": "hold", "reason": "é", "tags": ["a", "b"]}"#,
            #"{"action": "sell", "quantity": 1, "stop": null, "bars": 5.0, "version": 1.0}"#,
            #"{"action": "sell", "quantity": 1, "stop": 0.1, "bars": null}"#,
        ])
    func fits(text: String) throws { #expect(try violations(text) == []) }

    @Test(
        "what does not says where and why",
        arguments: [
            ("[]", "$ must be object, not array"),
            (#"{"action": "buy"}"#, "$ lacks 'quantity'"),
            (#"{"action": "short", "quantity": 1}"#, "$.action must be one of"),
            (#"{"action": "buy", "quantity": -5}"#, "$.quantity must be at least 0.0, not -5.0"),
            (#"{"action": "buy", "quantity": 1e18}"#, "$.quantity must be below 1000.0"),
            (#"{"action": "buy", "quantity": 1e999}"#, "$.quantity is no number that can be meant"),
            (#"{"action": "buy", "quantity": "5"}"#, "$.quantity must be number, not string"),
            (#"{"action": "buy", "quantity": 1, "x": 1}"#, "$ has 'x', which is unknown"),
            (#"{"action": "buy", "quantity": 1, "reason": ""}"#, "$.reason is shorter than 1"),
            (#"{"action": "buy", "quantity": 1, "reason": "more than 10"}"#, "is longer than 10"),
            (#"{"action": "buy", "quantity": 1, "tags": ["a", 2]}"#, "$.tags[1] must be string"),
            (#"{"action": "buy", "quantity": 1, "tags": ["a", "b", "c"]}"#, "longer than 2"),
            (#"{"action": "buy", "quantity": 1, "stop": 0}"#, "$.stop fits none of the 2 forms"),
            (#"{"action": "buy", "quantity": 1, "bars": 1.5}"#, "must be integer or null"),
            (#"{"action": "buy", "quantity": 1, "version": 2}"#, "$.version must be 1"),
        ])
    func misfits(text: String, why: String) throws {
        let found = try violations(text)
        #expect(found.count == 1)
        #expect(found.first?.contains(why) == true, "\(found)")
    }

    @Test(
        "a schema with a word that is not checked is refused",
        arguments: [
            ["type": "object", "properties": ["a": ["pattern": "x"]]], ["type": "money"],
            ["minimum": "1"], ["$ref": "#/x"], [], ["additionalProperties": ["type": "string"]],
            ["anyOf": []], ["maxItems": -1],
        ] as [JSONValue])
    func unknown(schema: JSONValue) {
        #expect(throws: JSONSchemaError.self) { try JSONSchema(schema) }
    }

    @Test("vendors get no bounds, and are told of them")
    func bounds() throws {
        let wire = try JSONSchema(Self.order).withoutBounds
        let quantity = try #require(wire["properties"]?["quantity"])
        #expect(quantity["minimum"] == nil && quantity["exclusiveMaximum"] == nil)
        #expect(quantity["description"] == "at least 0; below 1000")
        #expect(wire["properties"]?["action"] == Self.order["properties"]?["action"])
        #expect(wire["additionalProperties"] == false)
    }
}
