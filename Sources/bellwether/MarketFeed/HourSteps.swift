import Synchronization

/// Adds up seconds and says how many whole hours came with each.
final class HourSteps: Sendable {
    private let seconds = Mutex(0.0)

    func add(_ more: Double) -> Int {
        seconds.withLock { seconds in
            let before = Int(seconds / 3600)
            seconds += more
            return Int(seconds / 3600) - before
        }
    }
}
