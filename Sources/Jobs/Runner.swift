internal import FoundationEssentials
package import Postgres
internal import Store

/// A worker: takes jobs from the queue, hands them to their handlers and stores the results.
///
/// What it decides is in `WorkerState`; here is what it does about it. It survives a lost database:
/// jobs go on, results wait for the next connection, and what was taken away meanwhile is not stored.
package actor Runner {
    package typealias Settings = WorkerState.Settings

    private let pool: Pool
    private let handlers: [String: any JobHandler]
    private let kinds: [String]
    private let version: String
    private let observe: @Sendable (RunnerReport) -> Void
    private var state: WorkerState
    private let events: AsyncStream<WorkerState.Event>
    private let mailbox: AsyncStream<WorkerState.Event>.Continuation
    /// Jobs whose handlers are at work, or whose results are not yet stored.
    private var held: [Lease: Held] = [:]
    private let answers = Answers()
    private var failure: PostgresError?
    /// Claims have sessions of their own, one a lane: the queue remembers in the session how far it
    /// has come, and each claim is one round trip.
    private var claimers: [Int: Connection] = [:]

    private struct Held {
        let job: Job
        /// Until the handler has answered; a job that is lost is cancelled here.
        var task: Task<Void, Never>?
        var completion: Completion?
    }

    /// How long a request to the queue may take; storing results has no limit.
    private static let requestLimit = Duration.seconds(10)

    /// - Parameters:
    ///   - pool: For the queue and the results: two connections more than `settings.commits`, and
    ///     those that handlers use.
    ///   - version: Of the program, for `work.worker`.
    ///   - observe: Is told what happens; called from any thread, must not block.
    package init(
        pool: Pool, handlers: [any JobHandler], settings: Settings = Settings(), version: String,
        observe: @escaping @Sendable (RunnerReport) -> Void = { _ in }
    ) {
        self.pool = pool
        self.version = version
        self.observe = observe
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
        kinds = handlers.map(\.kind)
        state = WorkerState(kinds: handlers.map { ($0.kind, $0.slots) }, settings: settings)
        (events, mailbox) = AsyncStream.makeStream(of: WorkerState.Event.self)
    }

    /// Works until the task is cancelled, or until nothing is left to do if so set; once only.
    ///
    /// When cancelled it takes no more jobs, lets those that run end within `stopLimit`, cancels and
    /// hands back the rest, and returns.
    ///
    /// - Throws: If the worker cannot be registered for a reason that will not pass.
    package func run() async throws {
        // A task of its own, as cancellation is an event here and must not reach the jobs.
        let work = Task { try await self.loop() }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            mailbox.yield(.stop)
        }
    }

    /// Something may have happened that no NOTIFY tells.
    package nonisolated func wake() {
        mailbox.yield(.woken)
    }

    /// Works by other settings from now on: slots for kinds that share them, and the stop limit.
    package nonisolated func change(_ settings: Settings) {
        mailbox.yield(.changed(settings))
    }

    /// Returns when the runner is not busy: for a watchdog.
    package func pulse() {}

    private func loop() async throws {
        let listener = Task { await listen() }
        defer { listener.cancel() }
        perform(state.start())
        for await event in events {
            perform(state.handle(event))
            if state.hasEnded { break }
        }
        for job in held.values { job.task?.cancel() }
        for connection in claimers.values { await connection.close() }
        if let failure { throw failure }
    }

    /// Behind a pooler that gives out sessions by transaction no NOTIFY arrives; there is the ladder.
    private func listen() async {
        if pool.target.isPooled { return }
        let listener = NotificationListener(pool.target, channel: Work.channel)
        await listener.run { [mailbox, observe] event in
            switch event {
            case .connected, .notified: mailbox.yield(.woken)
            // Polling goes on: slower, and nothing is lost.
            case .disconnected(let error), .gaveUp(let error): observe(.databaseTrouble(error))
            }
        }
    }

    private func perform(_ actions: [WorkerState.Action]) {
        for action in actions { perform(action) }
    }

    /// Tasks started here end by an event in the mailbox; the loop is their owner.
    private func perform(_ action: WorkerState.Action) {
        switch action {
        case .register: answer { await $0.register() }
        case .claim(let lane, let kinds, let maximum, let worker):
            answer { await $0.claim(lane, kinds, maximum, worker) }
        case .handBack(let known, let worker): answer { await $0.handBack(known, worker) }
        case .run(let job): run(job)
        case .cancel(let lease): forget(lease)?.cancel()
        case .commit(let leases, let worker): answer { await $0.commit(leases, worker) }
        case .reject(let lease, let failure, let worker):
            answer { await $0.reject(lease, failure, worker) }
        case .tellIdle(let isIdle, let worker): answer { await $0.tell(isIdle, worker) }
        case .checkIdle: answer { await $0.checkIdle() }
        case .beat(let leases, let worker): answer { await $0.beat(leases, worker) }
        case .timer(let timer, let pause):
            answer { _ in
                // Nobody cancels a timer: one that is out of date is ignored by its number.
                try? await Task.sleep(for: pause)
                return .timer(timer)
            }
        case .settle: mailbox.yield(.settle)
        case .tick: answer { await $0.tick() }
        case .report(let report): observe(RunnerReport(report))
        case .unregister(let worker): answer { await $0.unregister(worker) }
        case .end: mailbox.finish()
        }
    }

    private func answer(_ body: @escaping @Sendable (Runner) async -> WorkerState.Event) {
        Task { mailbox.yield(await body(self)) }
    }

    // MARK: Jobs

    private func run(_ leased: LeasedJob) {
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
    private func forget(_ lease: Lease) -> Task<Void, Never>? {
        held.removeValue(forKey: lease)?.task
    }

    /// Acknowledges first: what is not ours any more is not stored.
    private func commit(_ leases: [Lease], _ worker: Int32) async -> WorkerState.Event {
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

    private func reject(
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

    // MARK: The queue

    private func register() async -> WorkerState.Event {
        let (kinds, version) = (kinds, version)
        do {
            let (worker, acting) = try await pool.withConnection { connection in
                let acting = try await Work.actingKinds(among: kinds, on: connection)
                let worker = try await Work.registerWorker(
                    host: ProcessInfo.processInfo.hostName,
                    processID: ProcessInfo.processInfo.processIdentifier, version: version,
                    kinds: kinds, on: connection)
                return (worker, acting)
            }
            FaultPoint.reach(.afterRegister)
            observe(.registered(worker: worker))
            return .registered(worker: worker, acting: Set(acting))
        } catch let error as PostgresError where !error.isTransient {
            failure = error
            mailbox.yield(.stop)
            return .registrationFailed
        } catch {
            return trouble(error, .registrationFailed)
        }
    }

    private func claim(
        _ lane: Int, _ kinds: [String], _ maximum: Int, _ worker: Int32
    ) async -> WorkerState.Event {
        do {
            let jobs = try await claimer(lane).withIsolation { connection in
                try await Work.claim(
                    worker: worker, kinds: kinds, maximum: maximum, within: Self.requestLimit,
                    on: connection)
            }
            return .claimed(lane: lane, jobs, worker: worker)
        } catch {
            await claimers.removeValue(forKey: lane)?.close()
            return trouble(error, .claimFailed(lane: lane), worker)
        }
    }

    private func handBack(_ known: [Lease], _ worker: Int32) async -> WorkerState.Event {
        do {
            let count = try await pool.withConnection { connection in
                try await Work.handBack(
                    worker: worker, except: known, within: Self.requestLimit, on: connection)
            }
            if count > 0 { observe(.rescued(jobs: count)) }
            return .handedBack
        } catch {
            return trouble(error, .handBackFailed, worker)
        }
    }

    /// A lane has one claim under way at most.
    private func claimer(_ lane: Int) async throws -> Connection {
        if let open = claimers[lane] { return open }
        let connection = try await Connection.connect(pool.target)
        claimers[lane] = connection
        return connection
    }

    private func tick() async -> WorkerState.Event {
        do {
            let jobs = try await pool.withConnection { connection in
                try await Work.scheduleTick(within: Self.requestLimit, on: connection)
            }
            return .ticked(jobs)
        } catch {
            return trouble(error, .ticked(0))
        }
    }

    private func tell(_ isIdle: Bool, _ worker: Int32) async -> WorkerState.Event {
        do {
            try await pool.withConnection { connection in
                try await Work.setIdle(worker: worker, isIdle, on: connection)
            }
            return .toldIdle(isIdle)
        } catch {
            return trouble(error, .tellingIdleFailed, worker)
        }
    }

    private func checkIdle() async -> WorkerState.Event {
        let kinds = kinds
        do {
            let isIdle = try await pool.withConnection { connection in
                try await Work.isIdle(kinds: kinds, on: connection)
            }
            return .checkedIdle(isIdle)
        } catch {
            return trouble(error, .checkedIdle(false))
        }
    }

    private func beat(_ leases: [Lease], _ worker: Int32) async -> WorkerState.Event {
        do {
            let (isKnown, held, rescued) = try await pool.withConnection { connection in
                let isKnown = try await Work.heartbeat(
                    worker: worker, within: Self.requestLimit, on: connection)
                let held =
                    leases.isEmpty
                    ? [] : try await Work.extend(worker: worker, leases, on: connection)
                return (isKnown, held, try await Work.rescue(on: connection))
            }
            if rescued > 0 { observe(.rescued(jobs: rescued)) }
            if !isKnown { mailbox.yield(.forgotten(worker: worker)) }
            return .beat(held: held)
        } catch {
            return trouble(error, .beatFailed, worker)
        }
    }

    private func unregister(_ worker: Int32) async -> WorkerState.Event {
        do {
            let count = try await pool.withConnection { connection in
                try await Work.unregisterWorker(worker: worker, on: connection)
            }
            observe(.stopped(handedBack: count))
        } catch {
            // The others find out by the missing heartbeat.
            return trouble(error, .unregistered, worker)
        }
        return .unregistered
    }

    /// BW206: the queue does not know the worker.
    private func trouble(
        _ error: any Error, _ event: WorkerState.Event, _ worker: Int32? = nil
    ) -> WorkerState.Event {
        if let error = error as? PostgresError {
            observe(.databaseTrouble(error))
            if error.sqlState == "BW206", let worker { mailbox.yield(.forgotten(worker: worker)) }
        } else {
            observe(.databaseTrouble(PostgresError(.protocol, String(describing: error))))
        }
        return event
    }
}

extension WorkerState.CommitFailure {
    init(_ error: any Error) {
        guard let postgres = error as? PostgresError else {
            self = .refused(JobFailure(error))
            return
        }
        // Class 53, no space or memory: nothing is wrong with the job.
        if postgres.sqlState?.hasPrefix("53") == true {
            self = .connection
            return
        }
        switch postgres.code {
        case .connection, .commitUnknown, .timeout, .closed: self = .connection
        default:
            self =
                postgres.isTransient
                ? .conflict(JobFailure(postgres)) : .refused(JobFailure(postgres))
        }
    }
}
