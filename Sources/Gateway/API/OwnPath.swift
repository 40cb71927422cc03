/// A path that the gateway answers itself: what it does beside calls of schema `api`.
package struct OwnPath: Sendable {
    package let method: String
    package let path: String
    let summary: String
    let about: String
    /// Whether a key is asked for.
    let needsKey: Bool
    /// Status and content type of its answers beside problem details; nil: no content.
    let answers: [(status: Int, type: String?)]
    /// Names of its parameters in the query, and what they are.
    var query: [(name: String, type: String, about: String)] = []
    /// What its JSON body must hold.
    var body: [(name: String, type: String)] = []

    /// Each of them; `Service` answers no other.
    package static let all = [
        OwnPath(
            method: "GET", path: "/health", summary: "How each dependency is, and since when",
            about: "Looked at every two seconds at most; 503 when something is unhealthy.",
            needsKey: false, answers: [(200, json), (503, json)],
            query: [("fresh", "boolean", "Look now.")]),
        OwnPath(
            method: "GET", path: "/api/patterns/health", summary: "As /health",
            about: "The path that clients of the earlier system ask.",
            needsKey: false, answers: [(200, json), (503, json)],
            query: [("fresh", "boolean", "Look now.")]),
        OwnPath(
            method: "GET", path: "/metrics", summary: "Metrics for Prometheus",
            about: "With a key also the series of its tenant.", needsKey: false,
            answers: [(200, "text/plain")]),
        OwnPath(
            method: "GET", path: "/openapi.json", summary: "This description",
            about: "Made from the paths as the database has them.", needsKey: false,
            answers: [(200, json)]),
        OwnPath(
            method: "POST", path: "/login", summary: "Open a session of the page",
            about: "Gives the signed cookie of a session, and what its writes must carry.",
            needsKey: false, answers: [(200, json)], body: [("key", "string")]),
        OwnPath(
            method: "POST", path: "/logout", summary: "End the session of the cookie",
            about: "With a key instead of a cookie nothing is ended.", needsKey: true,
            answers: [(204, nil)]),
        OwnPath(
            method: "POST", path: "/rpc", summary: "JSON-RPC 2.0, as on port 7879",
            about: "One request or a list of them; a notification has no answer.",
            needsKey: true, answers: [(200, json), (204, nil)],
            body: [("jsonrpc", "string"), ("method", "string")]),
        OwnPath(
            method: "GET", path: "/api/events/stream", summary: "Events as they happen",
            about: "Server-sent events; goes on after Last-Event-ID.", needsKey: true,
            answers: [(200, "text/event-stream")],
            query: [("last_event_id", "integer", "As the header, for clients without one.")]),
        OwnPath(
            method: "GET", path: "/api/jobs/stream", summary: "The queue as it changes",
            about: "Server-sent: the document of /api/jobs/board at once, and again a second at "
                + "most after each change.",
            needsKey: true, answers: [(200, "text/event-stream")]),
        stream("/cycles/{cycle_id}/stream"), stream("/api/cycles/{cycle_id}/stream"),
    ]

    private static let json = "application/json"

    private static func stream(_ path: String) -> OwnPath {
        OwnPath(
            method: "GET", path: path, summary: "A cycle's steps as they happen",
            about: "Server-sent events, from the first one of the cycle.", needsKey: true,
            answers: [(200, "text/event-stream")],
            query: [("last_event_id", "integer", "As the header, for clients without one.")])
    }
}
