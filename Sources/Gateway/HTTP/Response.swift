/// A whole answer.
package struct Response: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        _ status: Int, type: String? = nil, headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.status = status
        self.headers = headers
        if let type { self.headers.append(("Content-Type", type)) }
        self.body = body
    }

    package static func json(_ status: Int, _ text: String) -> Response {
        Response(status, type: "application/json", body: Array(text.utf8))
    }

    package func header(_ name: String) -> String? {
        headers.last { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What a request gets: an answer, or one that comes bit by bit.
package enum Reply: Sendable {
    case whole(Response)
    /// The head of the answer, and what writes its body until it returns, the client is gone or the
    /// server stops.
    case stream(Response, @Sendable (BodyWriter) async -> Void)
}
