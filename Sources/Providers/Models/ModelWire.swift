/// The form in which one kind of server is asked and answers; no I/O.
protocol ModelWire: Sendable {
    /// The path below the base.
    func path(model: String, isStreamed: Bool) -> String

    func body(_ request: ModelRequest, model: String, isStreamed: Bool) -> JSONValue

    /// - Throws: where the value is not of this form, or says that the server failed.
    func answer(_ body: JSONValue) throws(WireError) -> ModelAnswer

    /// Reads one stream from its beginning.
    func reader() -> any ModelStreamReader

    /// What an answer with an error status means.
    func failure(_ body: JSONValue?, status: Int) -> WireError
}

/// Puts an answer together from the events of its stream.
protocol ModelStreamReader: Sendable {
    mutating func take(_ event: ServerSentEvent) throws(WireError) -> [ModelDelta]

    /// The whole answer; nil while its closing event has not come.
    var answer: ModelAnswer? { get }
    /// What has come of the text.
    var text: String { get }
}

/// What is wrong with an answer, before it is known whose it is.
struct WireError: Error, Equatable {
    let code: ModelError.Code
    let message: String
    var retryAfter: Duration?

    init(_ code: ModelError.Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let unreadable = WireError(.unreadable, "the answer is not of the vendor's form")

    /// What a status means where the body says nothing better.
    static func code(of status: Int) -> ModelError.Code {
        switch status {
        case 401, 403: .unauthorised
        case 404: .notFound
        case 408, 504: .timeout
        case 413: .tooLarge
        case 409, 425: .server
        case 429: .rateLimited
        case 503, 529: .overloaded
        case 400..<500: .invalidRequest
        case 500...: .server
        // A redirect, or a proxy's page.
        default: .unreadable
        }
    }
}

extension JSONValue {
    /// The JSON text of a tool's arguments, which came as text.
    static func arguments(_ text: String) throws(WireError) -> JSONValue {
        do {
            return try JSONValue(parsing: text.isEmpty ? "{}" : text)
        } catch {
            throw WireError(
                .unreadable, "the arguments of a tool are no JSON: \(error.description)")
        }
    }

    /// An event's data.
    static func event(_ data: String) throws(WireError) -> JSONValue {
        do {
            return try JSONValue(parsing: data)
        } catch {
            throw WireError(.unreadable, "an event is no JSON: \(error.description)")
        }
    }
}
