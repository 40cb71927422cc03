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
    private let open: [Open]

    /// A route with a placeholder, and what is before and after it.
    private struct Open {
        let route: Route
        let head: String
        let tail: String

        init?(_ route: Route) {
            guard let open = route.path.firstIndex(of: "{"),
                let close = route.path.firstIndex(of: "}")
            else { return nil }
            self.route = route
            head = String(route.path[..<open])
            tail = String(route.path[route.path.index(after: close)...])
        }

        /// What stands in the path where the pattern has a name in braces.
        func value(in path: String) -> String? {
            guard path.hasPrefix(head), path.hasSuffix(tail),
                path.utf8.count > head.utf8.count + tail.utf8.count
            else { return nil }
            let value = path.utf8.dropFirst(head.utf8.count).dropLast(tail.utf8.count)
            return value.contains(UInt8(ascii: "/")) ? nil : String(value)
        }
    }

    package init(_ routes: [Route]) {
        self.routes = routes
        fixed = Dictionary(grouping: routes.filter { $0.placeholder == nil }, by: \.path)
        open = routes.compactMap(Open.init)
    }

    package func match(_ method: String, _ path: String) -> Match {
        // HEAD is GET without the body, which the server leaves out.
        let method = method == "HEAD" ? "GET" : method
        var methods: [String] = []
        for route in fixed[path] ?? [] {
            if route.method == method { return .found(route, placeholder: nil) }
            methods.append(route.method)
        }
        for one in open {
            guard let value = one.value(in: path) else { continue }
            if one.route.method == method { return .found(one.route, placeholder: value) }
            methods.append(one.route.method)
        }
        return methods.isEmpty ? .unknown : .otherMethods(methods)
    }
}
