import Agents
import Providers
import Synchronization
import Trading

/// A desk of models that keeps everything in memory.
final class MemoryDesk: ModelDesk {
    private struct State {
        var kept: [QuestionKey: KeptAnswer] = [:]
        var calls: [ModelCall] = []
        var closed: [String: Duration] = [:]
    }

    private let state = Mutex(State())
    private let chain: [ModelRoute]

    /// - Parameter chain: `provider/model`, in the order in which they are asked.
    init(_ chain: String...) {
        self.chain = chain.map { text in
            let parts = text.split(separator: "/").map(String.init)
            return ModelRoute(provider: parts[0], model: parts[1], reason: "said")
        }
    }

    var calls: [ModelCall] { state.withLock { $0.calls } }

    func route(_ step: Step, promptTokens: Int) async throws -> [ModelRoute] { chain }

    func kept(_ keys: [QuestionKey]) async throws -> KeptAnswer? {
        state.withLock { state in keys.compactMap { state.kept[$0] }.first }
    }

    func pass(_ provider: String) async throws -> Duration? {
        state.withLock { $0.closed[provider] }
    }

    func close(_ provider: String, for time: Duration, because reason: String) async throws {
        state.withLock { $0.closed[provider] = time }
    }

    func record(_ call: ModelCall) async throws -> Money {
        state.withLock { state in
            state.calls.append(call)
            if let keep = call.keep {
                state.kept[keep.key] = KeptAnswer(
                    key: keep.key, provider: call.provider, model: call.model,
                    outcome: keep.outcome)
            }
        }
        return call.isReplayed ? 0 : 2
    }
}
