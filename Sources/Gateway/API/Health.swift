import FoundationEssentials
import Postgres

/// Whether what the gateway depends on works, each since when, and how long the look took.
///
/// A look is believed for seconds, so that many who ask cost one; `?fresh=true` looks anew.
actor Health {
    /// How long a look is believed.
    private static let memory = Duration.seconds(2)

    private struct Dependency: Encodable {
        let name: String
        let state: String
        let message: String?
        let latency: Double?
        var since = ""

        enum CodingKeys: String, CodingKey {
            case name, state, message, since
            case latency = "latency_ms"
        }
    }

    private struct Body: Encodable {
        let status: String
        let checkedAt: String
        let dependencies: [Dependency]

        enum CodingKeys: String, CodingKey {
            case status, dependencies
            case checkedAt = "checked_at"
        }
    }

    private let pool: Pool
    private var last: (at: ContinuousClock.Instant, response: Response)?
    /// The state of each and when it was first seen.
    private var seen: [String: (state: String, since: String)] = [:]

    init(_ pool: Pool) {
        self.pool = pool
    }

    func response(fresh: Bool) async -> Response {
        if !fresh, let last, last.at.duration(to: .now) < Self.memory { return last.response }
        var dependencies = await look()
        let now = Date().formatted(.iso8601)
        for place in dependencies.indices {
            let one = dependencies[place]
            if seen[one.name]?.state != one.state { seen[one.name] = (one.state, now) }
            dependencies[place].since = seen[one.name]?.since ?? now
        }
        let response = Self.answer(dependencies, at: now)
        last = (.now, response)
        return response
    }

    private func look() async -> [Dependency] {
        let began = ContinuousClock.now
        do {
            let rows = try await pool.query(
                "select name, state, message, latency_ms from ops.health_timed()")
            let took = began.duration(to: .now) / .milliseconds(1)
            return [Dependency(name: "database", state: "healthy", message: nil, latency: took)]
                + (try rows.map { row in
                    let state: String = try row.get("state")
                    return Dependency(
                        name: try row.get("name"),
                        state: state == "ok"
                            ? "healthy" : state == "warn" ? "degraded" : "unhealthy",
                        message: try row.get("message"), latency: try row.get("latency_ms"))
                })
        } catch {
            return [
                Dependency(
                    name: "database", state: "unhealthy", message: "it does not answer",
                    latency: nil)
            ]
        }
    }

    private static func answer(_ dependencies: [Dependency], at now: String) -> Response {
        let states = Set(dependencies.map(\.state))
        let status =
            states.contains("unhealthy")
            ? "unhealthy" : states.contains("degraded") ? "degraded" : "healthy"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(status: status, checkedAt: now, dependencies: dependencies)
        // Texts and finite numbers always have a JSON form.
        let bytes = (try? encoder.encode(body)) ?? Data()
        return Response(
            status == "unhealthy" ? 503 : 200, type: "application/json", body: Array(bytes))
    }
}
