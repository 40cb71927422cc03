/// How long the reads of a path take, and whether that is short: a moving average, as a value.
///
/// Nothing is known to be short before it has been read once. One long read outweighs many short
/// ones, so that the threads of connections are not held up.
struct Pace: Equatable, Sendable {
    /// Milliseconds.
    private var average: Double?

    /// The weight of the latest read.
    private static let weight = 0.125

    /// - Parameter limit: What the other connections of a thread may be made to wait.
    func isShort(_ limit: Double) -> Bool { average.map { $0 < limit } ?? false }

    mutating func took(_ milliseconds: Double) {
        let known = average ?? milliseconds
        average = known + Self.weight * (milliseconds - known)
    }
}
