import Foundation
import Synchronization
import Trading

@testable import Agents

/// A journal in memory, as the database keeps it: first rows stay, JSON in between.
final class MemoryJournal: CycleJournal {
    struct Fault: Error, Equatable { let after: String }

    private struct State {
        var rows: [Step: [Symbol: Data]] = [:]
        var order: [Step: [Symbol]] = [:]
        var checked: [Symbol] = []
    }

    private let state = Mutex(State())
    private let seen: [MarketView]
    private let limits: @Sendable (Signal) -> OrderCheck
    private let fault: Mutex<String?>

    /// - Parameter fault: `DataAgent` fails once after that step is recorded, `before:DataAgent`
    ///   before it is.
    init(
        _ views: [MarketView], fault: String? = nil,
        limits: @escaping @Sendable (Signal) -> OrderCheck = { _ in OrderCheck(isAllowed: true) }
    ) {
        seen = views
        self.limits = limits
        self.fault = Mutex(fault)
    }

    var checked: [Symbol] { state.withLock { $0.checked } }

    /// Every row as JSON without the time that it took, in the order of its symbols.
    func rows(_ step: Step) throws -> [String] {
        try state.withLock { state in
            try (state.order[step] ?? []).map { symbol in
                let data = state.rows[step]?[symbol] ?? Data()
                var row = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
                row["ms"] = nil
                let text = try JSONSerialization.data(withJSONObject: row, options: .sortedKeys)
                return String(decoding: text, as: UTF8.self)
            }
        }
    }

    func views() async throws -> [MarketView] { seen }

    func recorded<Output: StepOutput>(
        _ step: Step, as: Output.Type
    ) async throws -> [StepRow<Output>] {
        try state.withLock { state in
            try (state.order[step] ?? []).compactMap { state.rows[step]?[$0] }.map {
                try JSONDecoder().decode(StepRow<Output>.self, from: $0)
            }
        }
    }

    func record<Output: StepOutput>(_ step: Step, _ rows: [StepRow<Output>]) async throws -> Int {
        try failIfDue("before:\(step.rawValue)")
        let added = try state.withLock { state in
            var added = 0
            for row in rows where state.rows[step]?[row.symbol] == nil {
                state.rows[step, default: [:]][row.symbol] = try JSONEncoder().encode(row)
                state.order[step, default: []].append(row.symbol)
                added += 1
            }
            return added
        }
        try failIfDue(step.rawValue)
        return added
    }

    func check(_ signals: [Signal]) async throws -> [OrderCheck] {
        state.withLock { $0.checked += signals.map(\.symbol) }
        return signals.map(limits)
    }

    private func failIfDue(_ place: String) throws {
        let isDue = fault.withLock { fault in
            let isDue = fault == place
            if isDue { fault = nil }
            return isDue
        }
        if isDue { throw Fault(after: place) }
    }
}
