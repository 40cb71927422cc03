internal import Synchronization

/// Lets so many through at a time, in the order in which they came.
package final class ModelGate: Sendable {
    private struct State {
        var free: Int
        var next: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let state: Mutex<State>

    /// - Parameter places: above 0.
    package init(places: Int) {
        precondition(places > 0, "a gate without places lets nobody through")
        state = Mutex(State(free: places))
    }

    /// A place, to be left once.
    package final class Lease: Sendable {
        private let gate: ModelGate
        private let isLeft = Mutex(false)

        fileprivate init(_ gate: ModelGate) { self.gate = gate }

        package func leave() {
            let isFirst = isLeft.withLock { left in
                defer { left = true }
                return !left
            }
            if isFirst { gate.release() }
        }

        deinit { leave() }
    }

    /// Waits for a place.
    ///
    /// - Throws: `CancellationError` while waiting.
    package func enter() async throws -> Lease {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let hasEntered = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
        guard hasEntered else { throw CancellationError() }
        return Lease(self)
    }

    private func release() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
