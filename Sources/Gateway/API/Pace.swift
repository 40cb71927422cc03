internal import Synchronization

/// How long the reads of an address take, without what they wait: a moving average, as a value.
///
/// Nothing is known before it has been read once. One long read outweighs many short
/// ones, so that those that share its session are not held up.
struct Pace: Equatable, Sendable {
    /// Milliseconds.
    private var average: Double?

    /// The weight of the latest read.
    private static let weight = 0.125

    /// How long one is expected to take, ms; nil if that is not known, or not below the limit.
    func expected(below limit: Double) -> Double? { average.flatMap { $0 < limit ? $0 : nil } }

    mutating func took(_ milliseconds: Double) {
        let known = average ?? milliseconds
        average = known + Self.weight * (milliseconds - known)
    }
}

/// A pace that lanes share.
final class SharedPace: Sendable {
    private let pace = Mutex(Pace())

    func expected(below limit: Double) -> Double? {
        pace.withLock { $0.expected(below: limit) }
    }
    func took(_ milliseconds: Double) { pace.withLock { $0.took(milliseconds) } }
}
