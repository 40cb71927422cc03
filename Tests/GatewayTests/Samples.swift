@testable import Gateway

extension Route {
    /// A route for tests: a view with an id and a text, or a function of two parameters.
    static func sample(
        _ method: String, _ path: String, isView: Bool = true, shape: Shape = .rows
    ) -> Route {
        Route(
            method: method, path: path, scope: .read, target: isView ? "api.orders" : "api.f",
            isView: isView, shape: shape, status: 200, sort: isView ? ["order_id"] : [],
            alias: ["number": "order_id"], tag: "t", summary: "s", about: "a",
            parameters: [
                Parameter(name: "order_id", type: "bigint", required: !isView),
                Parameter(name: "symbols", type: "text[]", required: false),
            ],
            columns: [
                Column(name: "order_id", type: "bigint"), Column(name: "symbols", type: "text[]"),
            ])
    }
}
