import FoundationEssentials
import Store
import Support

@testable import Jobs

/// Workers, a queue and everything that can go wrong between them, in one thread and made-up time.
///
/// One seed is one history. Each request reaches the queue late or never, each answer comes back
/// late or never; workers are killed and started anew, stopped and started anew; the server crashes.
struct Simulation {
    struct Faults {
        var requestLost = 0.0
        var answerLost = 0.0
        var wakeLost = 0.0
        var handlerFails = 0.0
        var handlerHangs = 0.0
        var commitRefused = 0.0
        var kills = 0
        var serverCrashes = 0
        var stops = 0

        static let none = Faults()
        static let many = Faults(
            requestLost: 0.03, answerLost: 0.03, wakeLost: 0.3, handlerFails: 0.15,
            handlerHangs: 0.02, commitRefused: 0.03, kills: 2, serverCrashes: 1, stops: 2)
    }

    private enum Happening {
        case arrives(Int, WorkerState.Event, life: Int)
        case reaches(Int, WorkerState.Action, life: Int, isAnswered: Bool)
        case enqueue(String, lane: Int?)
        case kill(Int)
        case begin(Int, life: Int)
        case stop(Int)
        case serverCrash
    }

    private struct Scheduled {
        let at: Int
        let number: Int
        let happening: Happening
    }

    private struct Node {
        var state: WorkerState
        /// Grows with each start: what is meant for an earlier life is not delivered.
        var life = 0
        var isUp = false
        var running: Set<Lease> = []
        /// The simulated handlers of one lane at a time, at most: checked against the slots.
        var cancelled: Set<Lease> = []
    }

    static let kinds: [(name: String, slots: Int?)] = [("a", nil), ("b", 1), ("c", nil)]
    private static let faultsEndAt = 15_000
    static let endAt = 400_000

    private(set) var now = 0
    private(set) var queue: QueueModel
    private(set) var problems: [String] = []
    /// How often each job was begun.
    private(set) var runs: [Int64: Int] = [:]
    private var random: SeededGenerator
    private var faults: Faults
    private var agenda = Heap()
    private var number = 0
    private var nodes: [Node] = []
    private let untilIdle: Bool
    private let isFaultless: Bool

    init(seed: UInt64, workers: Int, jobs: Int, faults: Faults?, untilIdle: Bool = false) {
        isFaultless = faults == nil
        let faults = faults ?? .none
        // An until-idle worker is asked for what is there when it starts.
        queue = QueueModel(ticks: untilIdle ? 0 : 10)
        random = SeededGenerator(seed: seed)
        self.faults = faults
        self.untilIdle = untilIdle
        for worker in 0..<workers {
            nodes.append(Node(state: Self.newState(untilIdle)))
            schedule(.begin(worker, life: 0), in: Int.random(in: 0...50, using: &random))
        }
        for _ in 0..<jobs {
            let kind = ["a", "a", "b", QueueModel.acting][Int.random(in: 0..<4, using: &random)]
            // An until-idle worker is asked for what is there when it starts.
            let at = untilIdle ? 0 : Int.random(in: 0...10_000, using: &random)
            // Without faults no job may wait for another: promptness is checked there.
            let hasLane = !isFaultless && Int.random(in: 0..<3, using: &random) == 0
            schedule(.enqueue(kind, lane: hasLane ? 1 : nil), in: at)
        }
        for _ in 0..<faults.kills { schedule(.kill(anyWorker()), in: anyTime()) }
        for _ in 0..<faults.stops { schedule(.stop(anyWorker()), in: anyTime()) }
        for _ in 0..<faults.serverCrashes { schedule(.serverCrash, in: anyTime()) }
    }

    private static func newState(_ untilIdle: Bool) -> WorkerState {
        var settings = WorkerState.Settings()
        settings.slots = 2
        settings.commits = 2
        settings.batch = 4
        settings.ahead = 3
        settings.untilIdle = untilIdle
        return WorkerState(kinds: kinds, settings: settings)
    }

    /// Plays until everything is settled and quiet, or the time is up.
    mutating func run() {
        while now < Self.endAt, let next = agenda.popFirst() {
            now = next.at
            if now >= Self.faultsEndAt { faults = .none }
            happen(next.happening)
            if isOver { break }
        }
        check()
    }

    private var isOver: Bool {
        guard queue.isSettled, queue.ticks == queue.ticksWanted, now > Self.faultsEndAt else {
            return false
        }
        return nodes.allSatisfy { $0.state.held == 0 }
    }

    private mutating func check() {
        problems += queue.problems
        if queue.ticks != queue.ticksWanted {
            problems.append("the schedule fired \(queue.ticks) times")
        }
        for (id, entry) in queue.entries.sorted(by: { $0.key < $1.key }) {
            switch entry.state {
            case .done where entry.effects == 1, .dead where entry.effects == 0: break
            default: problems.append("job \(id) is \(entry.state) with \(entry.effects) effects")
            }
            if isFaultless { checkPromptness(id, entry) }
        }
        for (index, node) in nodes.enumerated() where node.isUp && node.state.held > 0 {
            problems.append("worker \(index) still holds \(node.state.held) jobs")
        }
    }

    /// Two workers of three slots, at most five jobs of 800 ms: a wake-up, or a rung of the ladder.
    private mutating func checkPromptness(_ id: Int64, _ entry: QueueModel.Entry) {
        if entry.attempt != 1 { problems.append("job \(id) was tried \(entry.attempt) times") }
        let waited = (entry.firstRunAt ?? Self.endAt) - entry.enqueuedAt
        if waited > 2600 { problems.append("job \(id) waited \(waited) ms") }
    }

    // MARK: What happens

    private mutating func happen(_ happening: Happening) {
        switch happening {
        case .enqueue(let kind, let lane): enqueue(kind, lane)
        case .begin(let worker, let life): begin(worker, life)
        case .kill(let worker): kill(worker)
        case .stop(let worker) where nodes[worker].isUp:
            deliver(.stop, to: worker)
        case .stop: break
        case .serverCrash: queue.crash()
        case .arrives(let worker, let event, let life):
            if nodes[worker].isUp, nodes[worker].life == life { deliver(event, to: worker) }
        case .reaches(let worker, let action, let life, let isAnswered):
            let event = carryOut(action, at: worker)
            let answer = isAnswered ? event : lost(action)
            if let answer { schedule(.arrives(worker, answer, life: life), in: latency()) }
            // A forgotten worker is told so beside the answer.
            if isAnswered, let worker32 = Self.asker(action), queue.beats[worker32] == nil {
                schedule(.arrives(worker, .forgotten(worker: worker32), life: life), in: latency())
            }
        }
    }

    private mutating func enqueue(_ kind: String, _ lane: Int?) {
        queue.enqueue(kind: kind, lane: lane, at: now)
        guard !queue.idle.isEmpty else { return }
        wakeAll()
    }

    private mutating func wakeAll() {
        for worker in nodes.indices where !chance(faults.wakeLost) {
            schedule(.arrives(worker, .woken, life: nodes[worker].life), in: latency())
        }
    }

    private mutating func begin(_ worker: Int, _ life: Int) {
        guard !nodes[worker].isUp, nodes[worker].life == life else { return }
        nodes[worker].state = Self.newState(untilIdle)
        nodes[worker].isUp = true
        nodes[worker].running = []
        perform(nodes[worker].state.start(), worker)
    }

    private mutating func kill(_ worker: Int) {
        nodes[worker].isUp = false
        restart(worker)
    }

    private mutating func restart(_ worker: Int) {
        nodes[worker].life += 1
        schedule(
            .begin(worker, life: nodes[worker].life), in: Int.random(in: 10...3000, using: &random))
    }

    private mutating func deliver(_ event: WorkerState.Event, to worker: Int) {
        if case .handled(let lease, _) = event {
            guard nodes[worker].running.remove(lease) != nil else { return }
        }
        perform(nodes[worker].state.handle(event), worker)
    }

    private mutating func perform(_ actions: [WorkerState.Action], _ worker: Int) {
        for action in actions { perform(action, worker) }
        if nodes[worker].state.jobs.count > 200 { problems.append("jobs pile up") }
    }

    private mutating func perform(_ action: WorkerState.Action, _ worker: Int) {
        let life = nodes[worker].life
        switch action {
        case .timer(let timer, let pause):
            let milliseconds = Int(pause / .milliseconds(1))
            schedule(.arrives(worker, .timer(timer), life: life), in: milliseconds)
        case .run(let job): run(job, worker)
        case .cancel(let lease): nodes[worker].running.remove(lease)
        case .report: break
        case .settle: schedule(.arrives(worker, .settle, life: life), in: 0)
        case .end:
            nodes[worker].isUp = false
            if untilIdle, faults.stops == 0, !queue.isIdle(Self.kinds.map(\.name)) {
                problems.append("worker \(worker) ended although there was work")
            }
            if !untilIdle { restart(worker) }
        default:
            if chance(faults.requestLost) {
                if let answer = lost(action) {
                    schedule(.arrives(worker, answer, life: life), in: 1000)
                }
            } else {
                let isAnswered = !chance(faults.answerLost)
                schedule(
                    .reaches(worker, action, life: life, isAnswered: isAnswered), in: latency())
            }
        }
    }

    private mutating func run(_ job: LeasedJob, _ worker: Int) {
        runs[job.lease.job, default: 0] += 1
        if !nodes[worker].running.insert(job.lease).inserted {
            problems.append("worker \(worker) runs \(job.lease) twice")
        }
        let ownSlots = nodes[worker].running.count
        if ownSlots > 3 { problems.append("worker \(worker) runs \(ownSlots) jobs at once") }
        var failure: JobFailure?
        if chance(faults.handlerFails) {
            failure = [
                .permanent("wrong"), .retry("failed"), .retry("failed"),
                .retry("later", after: .milliseconds(700)),
                .throttled("429", for: .milliseconds(1300)),
            ].randomElement(using: &random)
        }
        let time = chance(faults.handlerHangs) ? 45_000 : Int.random(in: 1...800, using: &random)
        schedule(
            .arrives(worker, .handled(job.lease, failure), life: nodes[worker].life), in: time)
    }

    /// What the queue does with a request. It may come from a worker that has died since.
    private mutating func carryOut(
        _ action: WorkerState.Action, at node: Int
    ) -> WorkerState.Event? {
        switch action {
        case .register:
            return .registered(worker: queue.register(at: now), acting: [QueueModel.acting])
        case .claim(let lane, let kinds, let maximum, let worker):
            guard let jobs = queue.claim(worker, kinds, maximum, at: now) else {
                return .claimFailed(lane: lane)
            }
            return .claimed(lane: lane, jobs, worker: worker)
        case .handBack(let known, let worker):
            queue.handBack(worker, except: known)
            return .handedBack
        case .commit(let leases, let worker):
            if chance(faults.commitRefused) {
                let reason = JobFailure.retry("refused")
                return .commitFailed(leases, chance(0.5) ? .conflict(reason) : .refused(reason))
            }
            return .committed(leases, acknowledged: queue.commit(worker, leases))
        case .reject(let lease, let failure, let worker):
            let wait = failure.wait.map { Int($0 / .milliseconds(1)) }
            let outcome = queue.reject(
                worker, lease, isPermanent: failure.isPermanent, wait: wait, at: now)
            return .rejected(lease, outcome)
        case .tellIdle(let isIdle, let worker):
            return queue.tell(worker, isIdle: isIdle) ? .toldIdle(isIdle) : .tellingIdleFailed
        case .checkIdle: return .checkedIdle(queue.isIdle(Self.kinds.map(\.name)))
        case .beat(let leases, let worker):
            return .beat(held: queue.beat(worker, leases, at: now).held)
        case .unregister(let worker):
            queue.unregister(worker)
            return .unregistered
        case .tick: return .ticked(queue.tick(at: now))
        case .run, .cancel, .timer, .settle, .report, .end: return nil
        }
    }

    /// Who asked, if a queue that has forgotten him says so.
    private static func asker(_ action: WorkerState.Action) -> Int32? {
        switch action {
        case .claim(_, _, _, let worker), .tellIdle(_, let worker), .beat(_, let worker): worker
        default: nil
        }
    }

    /// What a worker sees if no answer comes.
    private func lost(_ action: WorkerState.Action) -> WorkerState.Event? {
        switch action {
        case .register: .registrationFailed
        case .claim(let lane, _, _, _): .claimFailed(lane: lane)
        case .handBack: .handBackFailed
        case .commit(let leases, _): .commitFailed(leases, .connection)
        case .reject(let lease, _, _): .rejectionFailed(lease)
        case .tellIdle: .tellingIdleFailed
        case .checkIdle: .checkedIdle(false)
        case .beat: .beatFailed
        case .unregister: .unregistered
        case .tick: .ticked(0)
        case .run, .cancel, .timer, .settle, .report, .end: nil
        }
    }

    // MARK: Chance and time

    private mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func latency() -> Int {
        Int.random(in: 0..<50, using: &random) == 0 ? 300 : Int.random(in: 0...3, using: &random)
    }

    private mutating func anyTime() -> Int { Int.random(in: 0...Self.faultsEndAt, using: &random) }
    private mutating func anyWorker() -> Int { nodes.indices.randomElement(using: &random) ?? 0 }

    private mutating func schedule(_ happening: Happening, in milliseconds: Int) {
        number += 1
        agenda.insert(Scheduled(at: now + milliseconds, number: number, happening: happening))
    }

    /// A binary heap by time, then by order of scheduling.
    private struct Heap {
        private var items: [Scheduled] = []

        private static func isBefore(_ left: Scheduled, _ right: Scheduled) -> Bool {
            left.at != right.at ? left.at < right.at : left.number < right.number
        }

        mutating func insert(_ item: Scheduled) {
            items.append(item)
            var child = items.count - 1
            while child > 0, Self.isBefore(items[child], items[(child - 1) / 2]) {
                items.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func popFirst() -> Scheduled? {
            guard let first = items.first, let last = items.popLast() else { return nil }
            if items.isEmpty { return first }
            items[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                    if Self.isBefore(items[child], items[least]) { least = child }
                }
                if least == parent { return first }
                items.swapAt(parent, least)
                parent = least
            }
        }
    }
}
