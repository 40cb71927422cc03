import Providers
import Trading

/// The form of each step's answer; a prompt's own form may be stricter, the members are the same.
enum AnswerForms {
    static func form(_ step: Step, _ prompt: PromptVersion) throws(JSONSchemaError) -> AnswerForm {
        AnswerForm(name: name(step), schema: try JSONSchema(prompt.schema ?? schema(step)))
    }

    /// The form of the answer to a strategy's own prompt.
    static func position(_ prompt: PromptVersion) throws(JSONSchemaError) -> AnswerForm {
        AnswerForm(
            name: "position",
            schema: try JSONSchema(
                prompt.schema
                    ?? object([
                        "symbol": ["type": "string"],
                        "position": ["type": "string", "enum": ["LONG", "SHORT", "HOLD"]],
                        "confidence": confidence, "reason": reason,
                    ])))
    }

    private static func name(_ step: Step) -> String {
        switch step {
        case .dataAgent: "signal"
        case .riskManager: "assessment"
        case .validator: "validation"
        case .metaAgent: "decision"
        }
    }

    private static let reason: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 2000,
        "description": "why, in one or two sentences, with the figures that count",
    ]
    private static let confidence: JSONValue = [
        "type": "number", "minimum": 0, "maximum": 1, "description": "0 a guess, 1 certain",
    ]
    private static let share: JSONValue = [
        "type": "number", "minimum": 0, "maximum": 1,
        "description": "how much of the quantity so far, 1 for all of it",
    ]

    static func schema(_ step: Step) -> JSONValue {
        switch step {
        case .dataAgent:
            object([
                "symbol": ["type": "string"],
                "action": ["type": "string", "enum": ["buy", "sell", "hold"]],
                "quantity": [
                    "type": "number", "minimum": 0, "description": "units wished for; 0 for hold",
                ],
                "stop_fraction": [
                    "type": ["number", "null"],
                    "description": "how far below the price it is given up, such as 0.05",
                ], "confidence": confidence, "reason": reason,
            ])
        case .riskManager:
            object([
                "symbol": ["type": "string"],
                "factors": [
                    "type": "array", "maxItems": 10,
                    "items": object([
                        "name": ["type": "string", "minLength": 1, "maxLength": 60],
                        "verdict": ["type": "string", "enum": ["fine", "caution", "refuse"]],
                        "reason": reason,
                    ]),
                ],
            ])
        case .validator:
            object([
                "symbol": ["type": "string"],
                "verdict": ["type": "string", "enum": ["validated", "refused"]], "share": share,
                "confidence": confidence, "reason": reason,
            ])
        case .metaAgent:
            object([
                "symbol": ["type": "string"],
                "action": ["type": "string", "enum": ["EXECUTE", "DO_NOT_EXECUTE"]],
                "share": share, "reason": reason,
            ])
        }
    }

    /// All members are required, and no others are known: vendors' decoders want it so.
    private static func object(_ properties: JSONObject) -> JSONValue {
        [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
            "required": .array(properties.members.map { .string($0.name) }),
        ]
    }
}
