/// What kept a text from becoming a vector, in words for the person who can mend it.
package struct EmbeddingError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No model where one was looked for.
        case modelMissing
        /// A file of the model is absent, damaged or of another kind of model.
        case modelUnusable
        /// The encoder could not compute.
        case computation
    }

    package let code: Code
    package let message: String
    /// What to do about it.
    package let hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String {
        hint.map { "\(message). \($0)" } ?? message
    }
}
