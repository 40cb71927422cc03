internal import FoundationEssentials
package import Postgres
internal import Store

/// A worker: takes jobs from the queue, hands them to their handlers and stores the results.
///
/// What it decides is in `WorkerState`; here is what it does about it. It survives a lost database:
/// jobs go on, results wait for the next connection, and what was taken away meanwhile is not stored.
package actor Runner {
    package typealias Settings = WorkerState.Settings

    let pool: Pool
    let handlers: [String: any JobHandler]
    let kinds: [String]
    let version: String
    let observe: @Sendable (RunnerReport) -> Void
    var state: WorkerState
    private let events: AsyncStream<WorkerState.Event>
    let mailbox: AsyncStream<WorkerState.Event>.Continuation
    /// Jobs whose handlers are at work, or whose results are not yet stored.
    var held: [Lease: Held] = [:]
    let answers = Answers()
    var failure: PostgresError?
    /// Claims have sessions of their own, one a lane: the queue remembers in the session how far it
    /// has come, and each claim is one round trip.
    var claimers: [Int: Connection] = [:]

    struct Held {
        let job: Job
        /// Until the handler has answered; a job that is lost is cancelled here.
        var task: Task<Void, Never>?
        var completion: Completion?
    }

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

    func perform(_ actions: [WorkerState.Action]) {
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
}
