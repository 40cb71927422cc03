/// Finds the route of a request.
package struct RouteTable: Sendable {
    package enum Match: Sendable {
        case found(Route, placeholder: String?)
        /// The path is there, for these methods.
        case otherMethods([String])
        case unknown
    }

    package let routes: [Route]
    /// Routes without a placeholder, by path.
    private let fixed: [String: [Route]]
    private let open: [Route]

    package init(_ routes: [Route]) {
        self.routes = routes
        fixed = Dictionary(grouping: routes.filter { $0.placeholder == nil }, by: \.path)
        open = routes.filter { $0.placeholder != nil }
    }

    package func match(_ method: String, _ path: String) -> Match {
        // HEAD is GET without the body, which the server leaves out.
        let method = method == "HEAD" ? "GET" : method
        var methods: [String] = []
        for route in fixed[path] ?? [] {
            if route.method == method { return .found(route, placeholder: nil) }
            methods.append(route.method)
        }
        for route in open {
            guard let value = Self.value(in: path, of: route.path) else { continue }
            if route.method == method { return .found(route, placeholder: value) }
            methods.append(route.method)
        }
        return methods.isEmpty ? .unknown : .otherMethods(methods)
    }

    /// What stands in the path where the pattern has a name in braces.
    private static func value(in path: String, of pattern: String) -> String? {
        guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}")
        else { return nil }
        let head = pattern[..<open]
        let tail = pattern[pattern.index(after: close)...]
        guard path.hasPrefix(head), path.hasSuffix(tail),
            path.count > head.count + tail.count
        else { return nil }
        let value = path.dropFirst(head.count).dropLast(tail.count)
        return value.contains("/") ? nil : String(value)
    }
}
