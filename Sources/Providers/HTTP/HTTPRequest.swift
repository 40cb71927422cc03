/// One request to an outside service.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package let method: Method
    /// Absolute, with scheme http or https.
    package let url: String
    package let headers: HTTPHeaders
    package let body: [UInt8]
    package var limits: HTTPLimits
    /// Opens a connection of its own: on a kept one that proves dead libcurl sends again unasked.
    package var isSentOnce = false

    package init(
        _ method: Method = .post, _ url: String, headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [], limits: HTTPLimits = HTTPLimits()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
    }

    /// Scheme, host and port: what may be shown. Path and query hold secrets at some services.
    package var origin: String {
        guard let scheme = url.firstRange(of: "://") else { return "an address without a scheme" }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        // What stands before the @ is a name and a password.
        let host = authority.split(separator: "@").last.map(String.init) ?? ""
        return url[..<scheme.upperBound] + host
    }

    /// The host alone, in lower case and without brackets.
    package var host: String {
        let authority = origin.split(separator: "/").last.map(String.init) ?? ""
        if authority.hasPrefix("[") {
            return authority.dropFirst().prefix { $0 != "]" }.lowercased()
        }
        return authority.prefix { $0 != ":" }.lowercased()
    }

    /// Whether the request never leaves this machine.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether it is readable on its way.
    package var isPlain: Bool { url.lowercased().hasPrefix("http://") }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(method.rawValue) \(origin)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How long and how much a request may take; what is exceeded ends it with an error that says so.
package struct HTTPLimits: Equatable, Sendable {
    /// Until the connection stands, TLS included.
    package var connect: Duration = .seconds(10)
    /// From the start until the answer's first byte.
    package var firstByte: Duration = .seconds(30)
    /// Between two pieces of the answer.
    package var idle: Duration = .seconds(30)
    /// From the start to the answer's last byte.
    package var total: Duration = .seconds(120)
    /// The largest answer, in bytes.
    package var bytes = 4 << 20

    package init() {}
}
