import FoundationEssentials
import Postgres

/// Whether what the gateway depends on works, each with how long it took to answer.
struct Health: Sendable {
    let pool: Pool

    private struct Dependency: Encodable {
        let name: String
        let state: String
        let message: String?
        let latency: Double?

        enum CodingKeys: String, CodingKey {
            case name, state, message
            case latency = "latency_ms"
        }
    }

    private struct Body: Encodable {
        let status: String
        let dependencies: [Dependency]
    }

    func response() async -> Response {
        let began = ContinuousClock.now
        var dependencies: [Dependency] = []
        do {
            let rows = try await pool.query("select name, state, message from ops.health()")
            let took = began.duration(to: .now) / .milliseconds(1)
            dependencies.append(
                Dependency(name: "database", state: "healthy", message: nil, latency: took))
            for row in rows {
                let state: String = try row.get("state")
                dependencies.append(
                    Dependency(
                        name: try row.get("name"),
                        state: state == "ok"
                            ? "healthy" : state == "warn" ? "degraded" : "unhealthy",
                        message: try row.get("message"), latency: nil))
            }
        } catch {
            dependencies.append(
                Dependency(
                    name: "database", state: "unhealthy", message: "it does not answer",
                    latency: nil))
        }
        let states = Set(dependencies.map(\.state))
        let status =
            states.contains("unhealthy")
            ? "unhealthy" : states.contains("degraded") ? "degraded" : "healthy"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and finite numbers always have a JSON form.
        let body = (try? encoder.encode(Body(status: status, dependencies: dependencies))) ?? Data()
        return Response(
            status == "unhealthy" ? 503 : 200, type: "application/json", body: Array(body))
    }
}
