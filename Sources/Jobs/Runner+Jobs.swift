internal import FoundationEssentials
internal import Postgres
internal import Store

// What becomes of a job: its handler is called, its result stored with the acknowledgement.

extension Runner {
    func run(_ leased: LeasedJob) {
        FaultPoint.reach(.afterClaim)
        let job = Job(leased)
        guard let handler = handlers[leased.kind] else {
            // The queue gives only kinds that were asked for.
            let failure = JobFailure.permanent("this worker has no handler for \(leased.kind)")
            mailbox.yield(.handled(leased.lease, failure))
            return
        }
        // Not on this actor: it would be there only to leave it again.
        let task = Task { @concurrent in
            FaultPoint.reach(.beforeHandle)
            let result: Result<Completion, any Error>
            do {
                result = .success(
                    try await Trace.$current.withValue(job.trace) { try await handler.handle(job) })
            } catch {
                result = .failure(error)
            }
            FaultPoint.reach(.afterHandle)
            if answers.add(leased.lease, result) { await takeAnswers() }
        }
        held[leased.lease] = Held(job: job, task: task)
    }

    private func takeAnswers() {
        for (lease, result) in answers.takeAll() { handled(lease, result) }
    }

    private func handled(_ lease: Lease, _ result: Result<Completion, any Error>) {
        // A job that was cancelled is nobody's any more.
        guard let place = held.index(forKey: lease) else { return }
        switch result {
        case .success(let completion):
            held.values[place].task = nil
            held.values[place].completion = completion
            perform(state.handle(.handled(lease, nil)))
        case .failure(let error):
            let failure = JobFailure(error)
            observe(.failed(held.remove(at: place).value.job, failure))
            perform(state.handle(.handled(lease, failure)))
        }
    }

    @discardableResult
    func forget(_ lease: Lease) -> Task<Void, Never>? {
        held.removeValue(forKey: lease)?.task
    }

    /// Acknowledges first: what is not ours any more is not stored.
    func commit(_ leases: [Lease], _ worker: Int32) async -> WorkerState.Event {
        let results = leases.compactMap { lease -> Stored? in
            guard let job = held[lease], let completion = job.completion else { return nil }
            return (lease, job.job, completion)
        }
        do {
            let acknowledged = try await store(results, worker)
            FaultPoint.reach(.afterAck)
            for (lease, job, _) in results {
                if acknowledged.contains(lease.job) { observe(.done(job)) }
                forget(lease)
            }
            return .committed(leases, acknowledged: acknowledged)
        } catch {
            return .commitFailed(leases, WorkerState.CommitFailure(error))
        }
    }

    private typealias Stored = (lease: Lease, job: Job, completion: Completion)

    private func store(_ results: [Stored], _ worker: Int32) async throws -> Set<Int64> {
        let leases = results.map(\.lease)
        if results.allSatisfy({ $0.completion.work == nil }) {
            // One round trip, which is a transaction by itself.
            FaultPoint.reach(.beforeAck)
            return try await Work.acknowledge(worker: worker, leases, by: pool)
        }
        return try await pool.transaction { connection in
            let acknowledged = try await Work.acknowledge(
                worker: worker, leases, on: connection)
            for (lease, job, completion) in results where acknowledged.contains(lease.job) {
                guard let work = completion.work else { continue }
                try await Trace.$current.withValue(job.trace) {
                    try await Tenancy.act(for: job.tenant, on: connection)
                    try await work(connection)
                }
            }
            FaultPoint.reach(.beforeAck)
            return acknowledged
        }
    }

    func reject(
        _ lease: Lease, _ failure: JobFailure, _ worker: Int32
    ) async -> WorkerState.Event {
        let trace = state.jobs[lease]?.job.trace
        FaultPoint.reach(.beforeReject)
        do {
            let outcome = try await pool.withConnection { connection in
                try await Work.reject(
                    worker: worker, lease, error: failure.reason, retryAfter: failure.wait,
                    isPermanent: failure.isPermanent, on: connection)
            }
            FaultPoint.reach(.afterReject)
            // Its result could not be stored; of another failure the handler's answer told.
            if let job = held[lease] { observe(.failed(job.job, failure)) }
            forget(lease)
            observe(.rejected(job: lease.job, outcome, trace: trace))
            return .rejected(lease, outcome)
        } catch {
            return trouble(error, .rejectionFailed(lease), worker)
        }
    }
}
