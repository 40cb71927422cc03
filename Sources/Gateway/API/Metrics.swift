import Postgres
import Store
import Synchronization

/// Counts requests by route, and writes Prometheus text (exposition format 0.0.4).
package final class Metrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private struct Series {
        var count = 0
        var seconds = 0.0
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count)

        mutating func add(_ seconds: Double) {
            count += 1
            self.seconds += seconds
            for (place, bound) in Metrics.bounds.enumerated() where seconds <= bound {
                buckets[place] += 1
            }
        }
    }

    /// Upper bounds in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

    private let series = Mutex<[Key: Series]>([:])

    func count(_ route: String, _ method: String, _ status: Int, milliseconds: Double) {
        let seconds = milliseconds / 1000
        let key = Key(
            route: route, method: Self.methods.contains(method) ? method : "other", status: status)
        series.withLock { series in
            series[key, default: Series()].add(seconds)
        }
    }

    private static func isSearch(_ key: Key) -> Bool {
        key.status == 200 && key.route.hasPrefix("/api/patterns/")
            && key.route != "/api/patterns/health"
    }

    /// The gateway's own series, the database's if it answers, and those of the key's tenant.
    func text(_ pool: Pool, tenant: Int32?, streams: Int) async -> String {
        var lines = [
            "# HELP bellwether_http_request_duration_seconds Time to answer, by route.",
            "# TYPE bellwether_http_request_duration_seconds histogram",
        ]
        for (key, one) in series.withLock({ $0 }).sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let labels = "route=\"\(key.route)\",method=\"\(key.method)\",status=\"\(key.status)\""
            let name = "bellwether_http_request_duration_seconds"
            for (bound, count) in zip(Self.bounds, one.buckets) {
                lines.append("\(name)_bucket{\(labels),le=\"\(bound)\"} \(count)")
            }
            lines.append("\(name)_bucket{\(labels),le=\"+Inf\"} \(one.count)")
            lines.append("\(name)_sum{\(labels)} \(one.seconds)")
            lines.append("\(name)_count{\(labels)} \(one.count)")
        }
        let searches = series.withLock { $0 }.filter { Self.isSearch($0.key) }.values
        lines.append("# HELP bellwether_vector_search_seconds Time of searches for what is alike.")
        lines.append("# TYPE bellwether_vector_search_seconds summary")
        lines.append(
            "bellwether_vector_search_seconds_sum \(searches.map(\.seconds).reduce(0, +))")
        lines.append(
            "bellwether_vector_search_seconds_count \(searches.map(\.count).reduce(0, +))")
        lines.append("# HELP bellwether_event_streams Pages that are open.")
        lines.append("# TYPE bellwether_event_streams gauge")
        lines.append("bellwether_event_streams \(streams)")
        var isUp = 1
        do {
            let text: String = try await pool.query("select ops.metrics_text()").value()
            lines.append(text)
            if let tenant {
                let own: String = try await pool.transaction(for: tenant) { connection in
                    try await connection.query("select api.metrics_text()").value()
                }
                lines.append(own)
            }
        } catch {
            isUp = 0
        }
        lines.append("# HELP bellwether_database_up Whether the database answers.")
        lines.append("# TYPE bellwether_database_up gauge")
        lines.append("bellwether_database_up \(isUp)")
        return lines.joined(separator: "\n") + "\n"
    }
}
