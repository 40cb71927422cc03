import Agents
import Foundation
import Jobs
import Postgres
import Providers
import Store
import Trading

/// Chooses who judges in a cycle: the models that the tenant's routing names and this machine
/// reaches; `rules-v1` where it reaches none and the tenant allows.
struct CycleAnalysts: Sendable {
    let pool: Pool
    let models: ModelDirectory
    /// How this machine routes, if that is tighter than what the tenant wants.
    var routing = RoutingPolicy.learned

    /// - Throws: `JobFailure` where nobody may judge.
    func analyst(tenant: Int32, cycle: CycleRow) async throws -> any Analyst {
        let desk = StoredDesk(pool: pool, tenant: tenant, cycle: cycle, routing: routing)
        let chain = try await desk.route(.dataAgent, promptTokens: 0)
        var limits = try await desk.limits()
        // The gate says so to all workers, and the job's slot is free meanwhile.
        limits.longestAsked = .zero
        let (models, asked) = (models, limits)
        let reach: ModelAnalyst.Directory = { provider, name in
            models.model(provider: provider, name: name, limits: asked)
        }
        if !chain.contains(where: { reach($0.provider, $0.model) != nil }) {
            if chain.contains(where: { $0.provider == "rules" }) { return RulesAnalyst() }
            throw JobFailure.retry(
                "no language model that may be asked can be reached from this worker, and rules-v1 "
                    + "may not judge in their place")
        }
        return ModelAnalyst(
            prompts: try await desk.prompts(), strategyPrompt: try await desk.strategyPrompt(),
            desk: desk, cycle: cycle.traceID.uuidString, patience: try await patience(cycle),
            models: reach)
    }
}

extension CycleAnalysts {
    /// A young cycle waits a minute for a model that asked to be left alone; an old one has waited.
    private func patience(_ cycle: CycleRow) async throws -> Duration {
        // Its age by the database's clock; this machine's may be wrong.
        let now = try await pool.withConnection { connection in
            try await Ops.server(on: connection).time
        }
        return now.timeIntervalSince(cycle.createdAt) < 600 ? .seconds(60) : .zero
    }
}

/// A cycle's models in the database: each call is one short transaction.
struct StoredDesk: ModelDesk {
    let pool: Pool
    let tenant: Int32
    let cycle: CycleRow
    var routing = RoutingPolicy.learned

    func route(_ step: Step, promptTokens: Int) async throws -> [ModelRoute] {
        let seed = "\(cycle.traceID.uuidString) \(step.rawValue)"
        return try await pool.transaction(for: tenant) { connection in
            try await AgentModels.route(
                task: step.rawValue, promptTokens: promptTokens, seed: seed,
                environment: routing.rawValue, on: connection)
        }.map { ModelRoute(provider: $0.provider, model: $0.model, reason: $0.reason) }
    }

    /// The prompts in use, all of one moment.
    func prompts() async throws -> [Step: PromptVersion] {
        let rows = try await pool.transaction(for: tenant) { connection in
            var rows: [(Step, PromptRow)] = []
            for step in Step.allCases {
                if let row = try await AgentModels.prompt(step.rawValue, on: connection) {
                    rows.append((step, row))
                }
            }
            return rows
        }
        return try Dictionary(uniqueKeysWithValues: rows.map { ($0, try Self.version($1)) })
    }

    func strategyPrompt() async throws -> PromptVersion? {
        guard let strategy = cycle.strategyID else { return nil }
        let row = try await pool.transaction(for: tenant) { connection in
            try await AgentModels.strategyPrompt(strategy, on: connection)
        }
        return try row.map(Self.version)
    }

    private static func version(_ row: PromptRow) throws -> PromptVersion {
        PromptVersion(
            label: row.label, body: row.body,
            schema: try row.schema.map { try JSONValue(parsing: $0) })
    }

    func limits() async throws -> ModelDirectory.Limits {
        let (retries, seconds) = try await pool.transaction(for: tenant) { connection in
            try await AgentModels.limits(on: connection)
        }
        var limits = ModelDirectory.Limits()
        limits.retries = retries
        limits.total = .seconds(seconds)
        return limits
    }

    func kept(_ keys: [QuestionKey]) async throws -> KeptAnswer? {
        let bytes = keys.map(\.bytes)
        let row = try await pool.transaction(for: tenant) { connection in
            try await AgentModels.keptAnswer(bytes, on: connection)
        }
        guard let row, let outcome = KeptOutcome(try JSONValue(parsing: row.answer)) else {
            return nil
        }
        return KeptAnswer(
            key: QuestionKey(bytes: row.key), provider: row.provider, model: row.model,
            outcome: outcome)
    }

    func pass(_ provider: String) async throws -> Duration? {
        do {
            try await Gate(provider, pool: pool).pass()
            return nil
        } catch JobFailure.throttled(_, let wait) {
            return wait
        }
    }

    func close(_ provider: String, for time: Duration, because reason: String) async throws {
        // Whatever a server says: within the hour it is asked again.
        try await Gate(provider, pool: pool).close(
            for: min(time, .seconds(3600)), because: reason)
    }

    func record(_ call: ModelCall) async throws -> Money {
        var row = CallRow(
            task: call.step.rawValue, provider: call.provider, model: call.model,
            outcome: call.outcome)
        row.promptTokens = call.usage?.prompt
        row.completionTokens = call.usage?.completion
        row.cachedTokens = call.usage?.cached ?? 0
        row.milliseconds = call.milliseconds
        row.cycle = cycle.id
        row.symbol = call.symbol.text
        row.promptVersion = call.promptVersion
        row.prompt = call.prompt
        row.answer = call.answer
        row.error = call.error
        row.attempts = call.attempts
        row.isReplayed = call.isReplayed
        let (written, keep) = (row, call.keep)
        return try await pool.transaction(for: tenant) { connection in
            let cost = try await AgentModels.recordCall(written, on: connection)
            if let keep {
                try await AgentModels.keepAnswer(
                    key: keep.key.bytes, provider: written.provider, model: written.model,
                    answer: keep.outcome.json.text(), promptTokens: written.promptTokens,
                    completionTokens: written.completionTokens, on: connection)
            }
            return Money(cost)
        }
    }
}
