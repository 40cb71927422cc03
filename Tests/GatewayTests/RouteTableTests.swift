import Testing

@testable import Gateway

@Suite("Route table") struct RouteTableTests {
    private let table = RouteTable([
        .sample("GET", "/api/orders"), .sample("POST", "/api/orders"),
        .sample("GET", "/cycles/{cycle_id}"),
    ])

    private func path(_ match: RouteTable.Match) -> String {
        switch match {
        case .found(let route, let value): "\(route.method) \(route.path) \(value ?? "")"
        case .otherMethods(let methods): "others: \(methods.joined(separator: " "))"
        case .unknown: "unknown"
        }
    }

    @Test(
        "finds the route of a method and path",
        arguments: [
            ("GET", "/api/orders", "GET /api/orders "),
            ("HEAD", "/api/orders", "GET /api/orders "),
            ("POST", "/api/orders", "POST /api/orders "),
            ("PUT", "/api/orders", "others: GET POST"),
            ("GET", "/cycles/7", "GET /cycles/{cycle_id} 7"),
            ("GET", "/cycles/7/8", "unknown"), ("GET", "/cycles/", "unknown"),
            ("DELETE", "/cycles/7", "others: GET"), ("GET", "/", "unknown"),
        ])
    func match(method: String, address: String, wanted: String) {
        #expect(path(table.match(method, address)) == wanted)
    }
}
