internal import CHTTPServer

/// A whole request as the client sent it.
package struct Request: Sendable {
    package var method: String
    package var path: String
    /// Names and values of the address, in order, percent-decoded.
    package var query: [(name: String, value: String)]
    package var headers: Headers
    package var body: [UInt8]
    /// The body was longer than is taken, and is not here.
    package var isTooLong: Bool

    package init(
        method: String, path: String, query: [(name: String, value: String)] = [],
        headers: Headers = [:], body: [UInt8] = [], isTooLong: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.isTooLong = isTooLong
    }

    package func parameter(_ name: String) -> String? {
        query.last { $0.name == name }?.value
    }

    /// The value of a cookie.
    package func cookie(_ name: String) -> String? {
        for pair in (headers["cookie"] ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            if parts[0].drop(while: { $0 == " " }) == name[...] { return String(parts[1]) }
        }
        return nil
    }
}

extension Request {
    /// Copies everything out of the server's memory.
    init(_ pointer: OpaquePointer) {
        var length = 0
        let bytes = HTTPRequestBody(pointer, &length)
        self.init(
            method: String(cString: HTTPRequestMethod(pointer)),
            path: String(cString: HTTPRequestPath(pointer)),
            body: bytes.map { Array(UnsafeBufferPointer(start: $0, count: length)) } ?? [],
            isTooLong: HTTPRequestIsTooLong(pointer))
        for place in 0..<HTTPRequestParameterCount(pointer) {
            let field = HTTPRequestParameter(pointer, place)
            query.append((String(cString: field.name), String(cString: field.value)))
        }
        for place in 0..<HTTPRequestHeaderCount(pointer) {
            let field = HTTPRequestHeader(pointer, place)
            headers.append(String(cString: field.name), String(cString: field.value))
        }
    }
}
