package import FoundationEssentials
package import Postgres

/// Language models: routes, prompts, the call log and kept answers, in schema `agent`.
package enum AgentModels {
    /// Whom to ask for a task, in this order.
    ///
    /// - Parameters:
    ///   - seed: equal seeds draw equal lots, so that a cycle that is resumed asks the same.
    ///   - environment: how this machine routes (learned, static, off), if that is tighter.
    package static func route(
        task: String, promptTokens: Int, seed: String, environment: String,
        on connection: isolated Connection
    ) async throws(PostgresError) -> [RouteRow] {
        try await connection.query(
            """
            select r.provider, r.model, r.reason
            from agent.route(
                \(bind: task), \(bind: promptTokens), seed => \(bind: seed),
                environment => \(bind: environment)) as r
            order by r.place
            """
        ).decoded(RouteRow.init)
    }

    /// The prompt that is used under a name; nil if there is none.
    package static func prompt(
        _ name: String, on connection: isolated Connection
    ) async throws(PostgresError) -> PromptRow? {
        try await connection.query(
            """
            select p.prompt_version, p.body, p.answer_schema::text as answer_schema
            from agent.prompt_in_use(\(bind: name)) as p
            """
        ).decoded(PromptRow.init).first
    }

    /// The prompt of a strategy that a model speaks for; nil for any other.
    package static func strategyPrompt(
        _ strategy: Int64, on connection: isolated Connection
    ) async throws(PostgresError) -> PromptRow? {
        try await connection.query(
            """
            select p.prompt_version, p.body, p.answer_schema::text as answer_schema
            from agent.strategy_prompt(\(bind: strategy)) as p
            """
        ).decoded(PromptRow.init).first
    }

    /// The first kept answer among these questions, in their order.
    package static func keptAnswer(
        _ keys: [[UInt8]], on connection: isolated Connection
    ) async throws(PostgresError) -> KeptAnswerRow? {
        try await connection.query(
            """
            select k.key, a.provider, a.model, a.answer::text as answer
            from unnest(\(bind: keys)::bytea[]) with ordinality as k (key, place)
            cross join lateral agent.cached_answer(k.key) as a
            order by k.place limit 1
            """
        ).decoded(KeptAnswerRow.init).first
    }

    /// Keeps an answer for whoever asks the same again.
    package static func keepAnswer(
        key: [UInt8], provider: String, model: String, answer: String, promptTokens: Int?,
        completionTokens: Int?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select agent.store_answer(
                \(bind: key), \(bind: provider), \(bind: model), \(bind: answer)::jsonb,
                \(bind: promptTokens), \(bind: completionTokens))
            """)
    }

    /// Writes a call into the log.
    ///
    /// - Returns: what it cost, in US dollars.
    package static func recordCall(
        _ call: CallRow, on connection: isolated Connection
    ) async throws(PostgresError) -> Decimal {
        _ = try await connection.query(
            """
            select agent.record_call(
                task => \(bind: call.task), provider => \(bind: call.provider),
                model => \(bind: call.model), outcome => \(bind: call.outcome),
                prompt_tokens => \(bind: call.promptTokens),
                completion_tokens => \(bind: call.completionTokens),
                ms => \(bind: call.milliseconds), cycle_id => \(bind: call.cycle),
                step => \(bind: call.task), symbol => \(bind: call.symbol),
                prompt_version => \(bind: call.promptVersion), prompt => \(bind: call.prompt),
                answer => \(bind: call.answer), error => \(bind: call.error),
                attempt => \(bind: call.attempts), cached_tokens => \(bind: call.cachedTokens),
                replayed => \(bind: call.isReplayed))
            """)
        if call.isReplayed { return 0 }
        return try await connection.query(
            """
            select agent.call_cost(
                \(bind: call.provider), \(bind: call.model), \(bind: call.promptTokens),
                \(bind: call.cachedTokens), \(bind: call.completionTokens))
            """
        ).value()
    }

    /// The tenant's limits for one question: how often again, and how long one try may take.
    package static func limits(
        on connection: isolated Connection
    ) async throws(PostgresError) -> (retries: Int, seconds: Double) {
        let row = try await connection.query(
            """
            select tenant.number_setting('model_retries')::integer as retries,
                tenant.number_setting('model_timeout_seconds')::float8 as seconds
            """
        ).only()
        return (try row.get("retries"), try row.get("seconds"))
    }
}

/// A row of `agent.route`.
package struct RouteRow: Sendable, Equatable {
    package let provider: String
    package let model: String
    package let reason: String

    init(_ row: Row) throws(PostgresError) {
        provider = try row.get("provider")
        model = try row.get("model")
        reason = try row.get("reason")
    }
}

/// A row of `agent.prompt_in_use`.
package struct PromptRow: Sendable, Equatable {
    package let label: String
    package let body: String
    /// JSON text; nil for free choice.
    package let schema: String?

    init(_ row: Row) throws(PostgresError) {
        label = try row.get("prompt_version")
        body = try row.get("body")
        schema = try row.get("answer_schema")
    }
}

/// An answer that was given before.
package struct KeptAnswerRow: Sendable, Equatable {
    package let key: [UInt8]
    package let provider: String
    package let model: String
    /// JSON text.
    package let answer: String

    init(_ row: Row) throws(PostgresError) {
        key = try row.get("key")
        provider = try row.get("provider")
        model = try row.get("model")
        answer = try row.get("answer")
    }
}

/// What `agent.record_call` writes.
package struct CallRow: Sendable {
    package let task: String
    package let provider: String
    package let model: String
    package let outcome: String
    package var promptTokens: Int?
    package var completionTokens: Int?
    package var cachedTokens = 0
    package var milliseconds: Double?
    package var cycle: Int64?
    package var symbol: String?
    package var promptVersion: String?
    package var prompt: String?
    package var answer: String?
    package var error: String?
    package var attempts = 1
    package var isReplayed = false

    package init(task: String, provider: String, model: String, outcome: String) {
        self.task = task
        self.provider = provider
        self.model = model
        self.outcome = outcome
    }
}
