/// When to try to connect again: exponential backoff with full jitter, as a value without a clock.
///
/// The wait is uniform in [0, min(cap, base * 2^failures)] ("full jitter": Marc Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), but never under `floor`.
package struct Reconnect: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case connected
        /// May be tried at once: nothing has failed yet, or the wait is over.
        case ready
        case connecting
        case waiting(failures: Int)
        /// The error is one that trying again cannot mend.
        case failed
    }

    package enum Action: Sendable, Equatable {
        case connect
        case wait(Duration)
        case giveUp
        case nothing
    }

    package private(set) var state = State.ready
    private var failures = 0
    private let base: Duration
    private let cap: Duration
    private let floor: Duration

    package init(
        base: Duration = .milliseconds(50), cap: Duration = .seconds(5),
        floor: Duration = .milliseconds(10)
    ) {
        self.base = base
        self.cap = cap
        self.floor = floor
    }

    /// Somebody wants a connection.
    package mutating func wanted() -> Action {
        guard state == .ready else { return .nothing }
        state = .connecting
        return .connect
    }

    package mutating func succeeded() {
        state = .connected
        failures = 0
    }

    /// An attempt failed, or the connection broke.
    ///
    /// - Parameter isTransient: Whether another attempt may succeed without any change.
    package mutating func failed(
        isTransient: Bool, using random: inout some RandomNumberGenerator
    ) -> Action {
        guard isTransient else {
            state = .failed
            return .giveUp
        }
        let limit = min(cap, base * (1 << min(failures, 20)))
        failures += 1
        state = .waiting(failures: failures)
        return .wait(max(floor, limit * Double.random(in: 0...1, using: &random)))
    }

    /// The connection broke after it had worked: try again at once, then with waits.
    package mutating func lost() {
        state = .ready
    }

    /// The wait is over.
    package mutating func waited() {
        if case .waiting = state { state = .ready }
    }
}
