import Jobs
import Synchronization

/// The runner that works at the moment, if one does, and the settings of it and of those after it.
final class LiveWorker: Sendable {
    private struct State {
        var settings: Runner.Settings
        var runner: Runner?
    }

    private let state: Mutex<State>

    init(_ settings: Runner.Settings) {
        state = Mutex(State(settings: settings))
    }

    var settings: Runner.Settings { state.withLock { $0.settings } }

    func begin(_ make: (Runner.Settings) -> Runner) -> Runner {
        state.withLock { state in
            let runner = make(state.settings)
            state.runner = runner
            return runner
        }
    }

    func end() {
        state.withLock { $0.runner = nil }
    }

    /// Works by other settings from now on; jobs that run are not touched.
    func change(_ settings: Runner.Settings) {
        let runner = state.withLock { state in
            state.settings = settings
            return state.runner
        }
        runner?.change(settings)
    }

    /// Answers when the runner does: one that hangs does not.
    func pulse() async {
        await state.withLock { $0.runner }?.pulse()
    }
}
