import Agents
import Foundation
import Jobs
import Postgres
import Store
import Synchronization
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

/// A cycle's journal in the database: each call is one short transaction at most. What is recorded of
/// a step is read together with what comes before it.
private final class StoredJournal: CycleJournal {
    private let pool: Pool
    private let tenant: Int32
    private let cycle: CycleRow
    private let ahead = Mutex<[Step: [JSON]]>([:])

    init(pool: Pool, tenant: Int32, cycle: CycleRow) {
        (self.pool, self.tenant, self.cycle) = (pool, tenant, cycle)
    }

    /// Without patterns, and saying so, if they are not found in time.
    func views() async throws -> [MarketView] {
        do {
            return try await views(noPatterns: nil)
        } catch let error as PostgresError where error.sqlState == Agent.outOfTime {
            try Task.checkCancellation()
            return try await views(noPatterns: "they were not found in time")
        }
    }

    private func views(noPatterns: String?) async throws -> [MarketView] {
        let id = cycle.id
        let (views, rows) = try await pool.transaction(for: tenant) { connection in
            (
                try await Agent.marketViews(cycle: id, noPatterns: noPatterns, on: connection),
                try await Agent.steps(cycle: id, step: Step.dataAgent.rawValue, on: connection)
            )
        }
        keep(rows, of: .dataAgent)
        return views
    }

    func recorded<Output: StepOutput>(
        _ step: Step, as: Output.Type
    ) async throws -> [StepRow<Output>] {
        let id = cycle.id
        if let rows = ahead.withLock({ $0.removeValue(forKey: step) }) {
            return try rows.map { try $0.decode() }
        }
        return try await pool.transaction(for: tenant) { connection in
            try await Agent.steps(cycle: id, step: step.rawValue, on: connection)
        }.map { try $0.decode() }
    }

    private func keep(_ rows: [JSON], of step: Step) {
        ahead.withLock { $0[step] = rows }
    }

    func record<Output: StepOutput>(_ step: Step, _ rows: [StepRow<Output>]) async throws -> Int {
        let id = cycle.id
        let next = step.next
        let (added, known) = try await pool.transaction(for: tenant) { connection in
            let added = try await Agent.recordSteps(
                cycle: id, step: step.rawValue, rows: rows, on: connection)
            // Another worker may have been first: then its events are the step's.
            if added == rows.count {
                for row in rows {
                    for note in row.notes {
                        try await Agent.recordEvent(
                            type: note.kind.rawValue, symbol: row.symbol,
                            payload: NotePayload(step: step, model: row.model, reason: note.reason),
                            cycle: id, on: connection)
                    }
                }
            }
            guard let next else { return (added, [JSON]()) }
            return (added, try await Agent.steps(cycle: id, step: next.rawValue, on: connection))
        }
        if let next { keep(known, of: next) }
        return added
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

extension Step {
    fileprivate var next: Step? {
        Self.allCases.firstIndex(of: self).flatMap { Self.allCases.dropFirst($0 + 1).first }
    }
}
