/// What a language model is asked, whoever serves it.
package struct ModelRequest: Sendable, Equatable {
    package var system: String?
    package var messages: [ModelMessage]
    package var tools: [ModelTool] = []
    package var toolChoice = ToolChoice.auto
    /// The form of the answer's text; nil for free text.
    package var form: AnswerForm?
    /// The most that may be written, in tokens.
    package var maxTokens = 1024
    /// nil for the server's own.
    package var temperature: Double?
    package var stopSequences: [String] = []

    package init(system: String? = nil, _ messages: [ModelMessage]) {
        self.system = system
        self.messages = messages
    }

    package init(system: String? = nil, user text: String, form: AnswerForm? = nil) {
        self.init(system: system, [ModelMessage(.user, text)])
        self.form = form
    }
}

package enum ToolChoice: Sendable, Equatable {
    case auto, any, none
    case tool(String)
}

/// A tool that the model may call.
package struct ModelTool: Sendable, Equatable {
    package let name: String
    package let description: String
    /// The form of its arguments.
    package let parameters: JSONSchema

    package init(name: String, description: String, parameters: JSONSchema) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

/// A named schema for an answer's text.
package struct AnswerForm: Sendable, Equatable {
    /// Letters, digits, `_` and `-`.
    package let name: String
    package let schema: JSONSchema

    package init(name: String, schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }
}

package struct ModelMessage: Sendable, Equatable {
    package enum Role: String, Sendable { case user, assistant }

    package enum Part: Sendable, Equatable {
        case text(String)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
    }

    package let role: Role
    package let parts: [Part]

    package init(_ role: Role, _ text: String) {
        self.init(role, parts: [.text(text)])
    }

    package init(_ role: Role, parts: [Part]) {
        self.role = role
        self.parts = parts
    }

    /// The answer as the model's own turn, to go on from.
    package init(_ answer: ModelAnswer) {
        let text: [Part] = answer.text.isEmpty ? [] : [.text(answer.text)]
        self.init(.assistant, parts: text + answer.toolCalls.map { .toolCall($0) })
    }

    /// The parts of text, together.
    package var text: String {
        parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }
}

/// What the model wants a tool to do.
package struct ToolCall: Sendable, Equatable {
    package let id: String
    package let name: String
    package let arguments: JSONValue

    package init(id: String, name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// What a tool did; all results of one turn go into one message.
package struct ToolResult: Sendable, Equatable {
    package let call: ToolCall
    package let content: String
    package let isError: Bool

    package init(_ call: ToolCall, _ content: String, isError: Bool = false) {
        self.call = call
        self.content = content
        self.isError = isError
    }
}
