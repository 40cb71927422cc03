package import Store

/// The life of a worker and of the jobs it holds, as a value: events in, actions out.
///
/// It has no clock, no socket and no randomness, so that a test can play any history. `Runner`
/// carries out the actions and reports back.
///
///     claim -> run -> commit (result and ack in one transaction) -> gone
///                  -> reject (retry or dead)                     -> gone
///     at any time: the lease is lost -> forgotten, whatever the handler answers
package struct WorkerState: Sendable {
    package struct Settings: Sendable, Equatable {
        /// Jobs at a time, for kinds without slots of their own.
        package var slots = 8
        /// Stop as soon as nothing of these kinds is left to do.
        package var untilIdle = false
        /// How long jobs may go on after a stop was asked for.
        package var stopLimit = Duration.seconds(10)
        /// Commits at a time: a slow one must not hold up the others.
        package var commits = 4
        /// Jobs a commit and a claim may hold.
        package var batch = 1000
        /// Jobs a lane may have beyond its slots, as long as they end as fast as they come.
        package var ahead = 900

        package init() {}
    }

    package enum Event: Sendable, Equatable {
        /// - acting: Its kinds with side effects, of which a claim brings one job at most.
        case registered(worker: Int32, acting: Set<String> = [])
        case registrationFailed
        /// The queue does not know the worker (its list is empty after a crash of the server).
        case forgotten(worker: Int32)
        /// A NOTIFY, or a new connection that may have missed one.
        case woken
        case timer(Timer)
        case claimed(lane: Int, [LeasedJob], worker: Int32)
        /// Nobody knows whether jobs were leased by it.
        case claimFailed(lane: Int)
        case handedBack
        case handBackFailed
        case handled(Lease, JobFailure?)
        /// All events that were there when it was asked for have been seen.
        case settle
        /// Schedules were looked at; so many jobs are due by them.
        case ticked(Int)
        case committed([Lease], acknowledged: Set<Int64>)
        case commitFailed([Lease], CommitFailure)
        case rejected(Lease, Rejection)
        case rejectionFailed(Lease)
        case toldIdle(Bool)
        case tellingIdleFailed
        case checkedIdle(Bool)
        /// The worker was seen; those of the leases asked for that still stand.
        case beat(held: Set<Int64>)
        case beatFailed
        case stop
        case unregistered
        /// Other settings, in force from now on.
        case changed(Settings)
    }

    /// Why results could not be stored.
    package enum CommitFailure: Sendable, Equatable {
        /// The connection broke; nobody knows whether the commit stands. Storing again is safe, as
        /// an ack is worth nothing the second time.
        case connection
        /// The server asks to try again (deadlock, serialisation).
        case conflict(JobFailure)
        case refused(JobFailure)
    }

    package enum Timer: Sendable, Hashable {
        case poll(Int)
        case commit
        /// Results have waited long enough for others.
        case gather
        /// Jobs that wait for a slot should have begun.
        case ahead(lane: Int)
        case reject(Lease)
        case beat
        case tick
        case register
        case stopLimit
    }

    package enum Action: Sendable, Equatable {
        case register
        case claim(lane: Int, kinds: [String], maximum: Int, worker: Int32)
        /// Give back all that the queue thinks we have, but for these.
        case handBack(except: [Lease], worker: Int32)
        case run(LeasedJob)
        /// The job is no longer ours, or the time to stop has passed.
        case cancel(Lease)
        case commit([Lease], worker: Int32)
        case reject(Lease, JobFailure, worker: Int32)
        case tellIdle(Bool, worker: Int32)
        case checkIdle
        /// Heartbeat, rescue of others' jobs, longer leases for these.
        case beat([Lease], worker: Int32)
        case timer(Timer, Duration)
        /// Send `.settle` behind the events that wait already.
        case settle
        /// Enqueue what schedules make due.
        case tick
        case report(Report)
        case unregister(worker: Int32)
        case end
    }

    /// What people may want to know.
    package enum Report: Sendable, Equatable {
        case leaseLost(LeasedJob)
        case gaveUp(LeasedJob)
        case stopping(running: Int)
    }

    /// Kinds that share slots.
    struct Lane: Sendable {
        let kinds: [String]
        var slots: Int
        /// The slots are those of the settings.
        var isShared = false
        var running = 0
        /// Claimed, and to run as soon as a slot is free.
        var waiting: ArraySlice<LeasedJob> = []
        /// How many may wait now.
        var ahead = 0
        /// How many have begun so far, and how many must have when the timer fires.
        var begun = 0
        var due: Int?
        var isClaiming = false
        var asked = 0
        /// Something happened while a claim was under way: claim again.
        var isWanted = false
        /// The last claim brought all that there was: less than was asked for, and nothing that comes
        /// one by one.
        var isDry = false

        var free: Int { slots - running }
        /// How many a claim may bring. Few at a time would cost more than they are worth.
        var room: Int {
            4 * waiting.count > ahead ? 0 : max(0, slots + ahead - running - waiting.count)
        }
    }

    struct Tracked: Sendable {
        enum Phase {
            /// Or about to: it may still wait for a slot of its lane.
            case running
            case ready, committing
            case rejecting(JobFailure)
        }

        let job: LeasedJob
        let lane: Int
        let worker: Int32
        var phase = Phase.running
        /// With how many others it may be committed: fewer after a batch with it has failed.
        var company = Int.max
        var tries = 0
        /// Heartbeats since it was claimed.
        var beats = 0
    }

    enum Stage { case registering, working, stopping, unregistering, ended }

    /// The pauses between polls when nothing is found.
    static let ladder: [Duration] = [
        .milliseconds(5), .milliseconds(5), .milliseconds(10), .milliseconds(20),
        .milliseconds(20), .milliseconds(100), .milliseconds(500), .seconds(1),
    ]
    /// So many polls in vain, 60 ms, and the worker says that it is idle.
    static let quietSteps = 5
    /// The queue takes a worker for dead after 10 s.
    static let beatPause = Duration.seconds(4)
    /// The pause after a claim that brought less than there was room for: in a storm of single
    /// enqueues each claim would bring one or two, and take the time that the enqueues need.
    static let sparsePause = Duration.milliseconds(5)
    /// The same where jobs come so fast that this pause brought `manyFound` of them: fewer and larger
    /// claims leave more of the processor to who enqueues.
    static let stormPause = Duration.milliseconds(20)
    static let manyFound = 10
    /// How late a scheduled job may be.
    static let tickPause = Duration.seconds(1)
    /// Results that wait for their commit; with more no jobs are claimed.
    static let backlogLimit = 1000
    static let maximumTries = 5
    /// How long results may wait for a commit under way, so that there are fewer and larger ones.
    static let gatherPause = Duration.milliseconds(10)
    /// How long a job may wait for a slot here, when others may have a free one.
    static let aheadPause = Duration.milliseconds(100)

    var settings: Settings
    var lanes: [Lane]
    let laneOfKind: [String: Int]
    var stage = Stage.registering
    var worker: Int32?
    /// Kinds with side effects.
    var acting: Set<String> = []
    var jobs: [Lease: Tracked] = [:]
    /// Done and waiting for a commit, in the order in which they were done.
    var ready: [Lease] = []
    var commits = 0
    var isGathering = false
    var isCommitPaused = false
    var commitFailures = 0
    var claimFailures = 0
    var step = 0
    var pollTimer = 0
    var isPollPending = false
    var isSettling = false
    /// A claim's answer was lost: the queue may think that we have jobs we know nothing of.
    var isUnsure = false
    var isHandingBack = false
    var isIdle = false
    var isTellingIdle = false
    var isCheckingIdle = false

    /// - Parameter kinds: Each kind with slots of its own, or nil to share.
    package init(kinds: [(name: String, slots: Int?)], settings: Settings = Settings()) {
        self.settings = settings
        let shared = kinds.filter { $0.slots == nil }.map(\.name)
        var lanes =
            shared.isEmpty ? [] : [Lane(kinds: shared, slots: settings.slots, isShared: true)]
        for kind in kinds {
            if let slots = kind.slots { lanes.append(Lane(kinds: [kind.name], slots: slots)) }
        }
        self.lanes = lanes
        laneOfKind = Dictionary(
            uniqueKeysWithValues: lanes.enumerated().flatMap { lane in
                lane.element.kinds.map { ($0, lane.offset) }
            })
    }

    /// The jobs it holds now: for tests and metrics.
    package var held: Int { jobs.count }
    package var hasEnded: Bool { stage == .ended }

    /// The first actions.
    package mutating func start() -> [Action] {
        [.register, .timer(.beat, Self.beatPause), .timer(.tick, Self.tickPause)]
    }

    package mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .registered(let worker, let acting): registered(worker, acting)
        case .registrationFailed: registrationFailed()
        case .forgotten(let worker): forgotten(worker)
        case .woken: poll()
        case .timer(let timer): fired(timer)
        case .claimed(let lane, let jobs, let worker): claimed(lane, jobs, worker)
        case .claimFailed(let lane): claimFailed(lane)
        case .handedBack: handedBack()
        case .handBackFailed: handBackFailed()
        case .toldIdle(let isIdle): toldIdle(isIdle)
        case .tellingIdleFailed: tellingIdleFailed()
        case .checkedIdle(let isIdle): checkedIdle(isIdle)
        case .handled(let lease, let failure): handled(lease, failure)
        case .settle: settle()
        case .ticked(let jobs): ticked(jobs)
        case .committed(let leases, let acknowledged): committed(leases, acknowledged)
        case .commitFailed(let leases, let failure): commitFailed(leases, failure)
        case .rejected(let lease, _): settled(lease)
        case .rejectionFailed(let lease): rejectionFailed(lease)
        case .beat(let held): seen(held)
        case .beatFailed: [.timer(.beat, .seconds(1))]
        case .stop: stop()
        case .unregistered: ended()
        case .changed(let settings): change(settings)
        }
    }

    private mutating func fired(_ timer: Timer) -> [Action] {
        switch timer {
        case .poll(let number):
            guard number == pollTimer else { return [] }
            isPollPending = false
            return poll()
        case .commit:
            isCommitPaused = false
            return flush()
        case .gather:
            isGathering = false
            return flush(isOverdue: true)
        case .ahead(let lane): return lookAhead(lane)
        case .reject(let lease): return rejectAgain(lease)
        case .beat: return beat()
        case .tick: return tick()
        case .register: return stage == .registering ? [.register] : []
        case .stopLimit: return stopNow()
        }
    }
}
