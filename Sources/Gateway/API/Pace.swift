internal import Synchronization

/// How long the reads of an address take, and whether that is short: a moving average, as a value.
///
/// Nothing is known to be short before it has been read once. One long read outweighs many short
/// ones, so that those that share its session are not held up.
struct Pace: Equatable, Sendable {
    /// Milliseconds.
    private var average: Double?

    /// The weight of the latest read.
    private static let weight = 0.125

    /// - Parameter limit: What others may be made to wait, ms.
    func isShort(_ limit: Double) -> Bool { average.map { $0 < limit } ?? false }

    mutating func took(_ milliseconds: Double) {
        let known = average ?? milliseconds
        average = known + Self.weight * (milliseconds - known)
    }
}

/// A pace that lanes share.
final class SharedPace: Sendable {
    private let pace = Mutex(Pace())

    func isShort(_ limit: Double) -> Bool { pace.withLock { $0.isShort(limit) } }
    func took(_ milliseconds: Double) { pace.withLock { $0.took(milliseconds) } }
}
