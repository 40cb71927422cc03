import Postgres
import Synchronization

/// The statements of calls that were made before, by route and the names of the arguments: only
/// their values differ.
final class CallCache: Sendable {
    private static let capacity = 1000

    private let calls = Mutex<[String: Call]>([:])

    /// - Throws: As `Call`.
    func call(_ route: Route, _ arguments: Arguments) throws(Problem) -> Call {
        // What a cursor holds becomes several values.
        guard arguments.values["cursor"] == nil else { return try Call(route, arguments) }
        let key = Self.key(route, arguments)
        if let known = calls.withLock({ $0[key] }) { return known.rebound(route, arguments) }
        let call = try Call(route, arguments)
        calls.withLock { calls in
            if calls.count >= Self.capacity { calls.removeAll() }
            calls[key] = call
        }
        return call
    }

    /// Names, whether they are null, and the values of those that are part of the text.
    private static func key(_ route: Route, _ arguments: Arguments) -> String {
        var key = route.method + route.path
        for (name, value) in arguments.values.sorted(by: { $0.key < $1.key }) {
            key += value == nil ? "\n~" : "\n"
            key += name
            if route.isView, name == "limit" || name == "columns" {
                key += "="
                key += value ?? ""
            }
        }
        return key
    }
}
