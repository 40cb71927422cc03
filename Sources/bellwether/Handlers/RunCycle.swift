import Agents
import Foundation
import Jobs
import Postgres
import Store
import Trading

/// Runs one cycle of the four agents, or finishes one that was interrupted.
///
/// One commit a step; no transaction is open while the analyst thinks. Decisions, their orders and
/// the cycle's end are stored together with the job's acknowledgement.
struct RunCycle: JobHandler {
    struct Request: Decodable {
        let cycleID: Int64

        enum CodingKeys: String, CodingKey { case cycleID = "cycle_id" }
    }

    /// Who judges in a cycle.
    typealias Analysts = @Sendable (_ tenant: Int32, CycleRow) async throws -> any Analyst

    let kind = "run_cycle"
    let pool: Pool
    let analysts: Analysts
    var settings = AgentSettings()

    init(pool: Pool, analysts: @escaping Analysts) {
        self.pool = pool
        self.analysts = analysts
    }

    /// With one analyst for all cycles.
    init(pool: Pool, analyst: any Analyst) {
        self.init(pool: pool) { _, _ in analyst }
    }

    func handle(_ job: Job) async throws -> Completion {
        let id = try job.payload(as: Request.self).cycleID
        let row = try await start(id, job)
        // Another worker finished it before this job was acknowledged.
        guard row.status == .running else { return .nothing }
        do {
            let journal = StoredJournal(pool: pool, tenant: job.tenant, cycle: row)
            let analyst = try await analysts(job.tenant, row)
            let decisions = try await Cycle(
                analyst: analyst, journal: journal, settings: settings
            ).run()
            return Completion { connection in
                _ = try await Agent.decide(cycle: id, decisions, on: connection)
                try await Agent.finishCycle(id, as: .done, on: connection)
            }
        } catch {
            try await giveUpIfLast(id, job, error)
            throw error
        }
    }

    /// - Throws: `JobFailure.permanent` if there is no such cycle.
    private func start(_ id: Int64, _ job: Job) async throws -> CycleRow {
        do {
            return try await pool.transaction(for: job.tenant) { connection in
                try await Agent.startCycle(id, on: connection)
            }
        } catch let error as PostgresError where error.sqlState == Agent.unknownCycle {
            throw JobFailure.permanent(error.description)
        }
    }

    /// A cycle whose job dies must not look as if it were running.
    private func giveUpIfLast(_ id: Int64, _ job: Job, _ error: any Error) async throws {
        // Who was told to come back later does, however often.
        guard job.attempt >= job.maximumAttempts, !(error is CancellationError),
            JobFailure(error).throttle == nil
        else { return }
        let reason = String(describing: error)
        try await pool.transaction(for: job.tenant) { connection in
            try await Agent.finishCycle(id, as: .failed, reason: reason, on: connection)
        }
    }
}

/// A cycle's journal in the database: each call is one short transaction.
private struct StoredJournal: CycleJournal {
    let pool: Pool
    let tenant: Int32
    let cycle: CycleRow

    func views() async throws -> [MarketView] {
        let id = cycle.id
        return try await pool.transaction(for: tenant) { connection in
            try await Agent.marketViews(cycle: id, on: connection)
        }
    }

    func recorded<Output: StepOutput>(
        _ step: Step, as: Output.Type
    ) async throws -> [StepRow<Output>] {
        let id = cycle.id
        return try await pool.transaction(for: tenant) { connection in
            try await Agent.steps(cycle: id, step: step.rawValue, on: connection)
        }
    }

    func record<Output: StepOutput>(_ step: Step, _ rows: [StepRow<Output>]) async throws -> Int {
        let id = cycle.id
        return try await pool.transaction(for: tenant) { connection in
            let added = try await Agent.recordSteps(
                cycle: id, step: step.rawValue, rows: rows, on: connection)
            // Another worker may have been first: then its events are the step's.
            guard added == rows.count else { return added }
            for row in rows {
                for note in row.notes {
                    try await Agent.recordEvent(
                        type: note.kind.rawValue, symbol: row.symbol,
                        payload: NotePayload(step: step, model: row.model, reason: note.reason),
                        cycle: id, on: connection)
                }
            }
            return added
        }
    }

    func check(_ signals: [Trading.Signal]) async throws -> [OrderCheck] {
        guard cycle.accountID != nil else {
            throw JobFailure.permanent("cycle \(cycle.id) has signals and no account")
        }
        let id = cycle.id
        let wishes = signals.compactMap { signal in
            signal.action.side.map { (signal.symbol, $0, signal.quantity) }
        }
        return try await pool.transaction(for: tenant) { connection in
            try await Risk.check(cycle: id, wishes, on: connection)
        }
    }
}

/// What an event about a model's answer says.
private struct NotePayload: Encodable {
    let step: Step
    let model: String
    let reason: String
}
