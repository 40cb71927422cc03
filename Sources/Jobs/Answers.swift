internal import Store
internal import Synchronization

/// What handlers have answered, until the runner comes for it: one visit serves many.
final class Answers: Sendable {
    typealias Answer = (lease: Lease, result: Result<Completion, any Error>)

    private let waiting = Mutex<[Answer]>([])

    /// Whether the runner must be told: it comes once for all that wait.
    func add(_ lease: Lease, _ result: Result<Completion, any Error>) -> Bool {
        waiting.withLock { waiting in
            waiting.append((lease, result))
            return waiting.count == 1
        }
    }

    func takeAll() -> [Answer] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
