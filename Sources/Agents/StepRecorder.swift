import Trading

/// Runs a step once: reads it back if it is recorded, else computes and records it.
struct StepRecorder: Sendable {
    let journal: any CycleJournal
    let analyst: any Analyst
    let clock: any Clock<Duration>

    /// Fills one field of each open case; closed cases get a row that says why they are skipped.
    ///
    /// - Parameter judge: gets one open case.
    func run<Output: StepOutput>(
        _ step: Step, _ cases: inout [Case],
        into field: WritableKeyPath<Case, Output?>,
        judge: @escaping @Sendable (Case) async throws -> Judgment<Output>
    ) async throws {
        var rows = try await journal.recorded(step, as: Output.self)
        if rows.count < cases.count {
            let computed = try await concurrently(cases) { try await row(for: $0, judge) }
            let added = try await journal.record(step, computed)
            // Another worker may have been first: its rows count.
            rows =
                added == computed.count
                ? computed : try await journal.recorded(step, as: Output.self)
        }
        let outputs = Dictionary(
            rows.map { ($0.symbol, $0.output) }, uniquingKeysWith: { first, _ in first })
        for index in cases.indices {
            cases[index][keyPath: field] = outputs[cases[index].view.symbol] ?? nil
        }
    }

    private func row<Output: StepOutput>(
        for item: Case, _ judge: @Sendable (Case) async throws -> Judgment<Output>
    ) async throws -> StepRow<Output> {
        let hash = try InputHash.of(item, model: analyst.name, prompt: analyst.promptVersion)
        if let closed = item.closed {
            return StepRow(
                symbol: item.view.symbol, verdict: StepRow<Output>.skipped, reason: closed,
                output: nil, author: analyst.bystander, inputHash: hash, milliseconds: 0)
        }
        let (judgment, duration) = try await clock.timing { try await judge(item) }
        let output = judgment.value
        return StepRow(
            symbol: item.view.symbol, verdict: output.verdictWord, reason: output.reason,
            output: output, author: judgment.author, inputHash: hash,
            milliseconds: duration / .milliseconds(1))
    }
}

extension Clock where Duration == Swift.Duration {
    /// What the work returns, and how long it took.
    fileprivate func timing<Value>(
        _ work: () async throws -> Value
    ) async rethrows -> (Value, Swift.Duration) {
        let start = now
        let value = try await work()
        return (value, start.duration(to: now))
    }
}

/// Maps all items at once, so that slow analysts wait together; results keep the items' order.
///
/// When one fails the others go on to their end, for what they asked is paid for; then the first
/// failure is thrown.
func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    let results = await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do {
                    return (index, .success(try await work(item)))
                } catch {
                    return (index, .failure(error))
                }
            }
        }
        var results: [Result<Value, any Error>?] = Array(repeating: nil, count: items.count)
        for await (index, result) in group { results[index] = result }
        return results.compactMap { $0 }
    }
    return try results.map { try $0.get() }
}
