import FoundationEssentials
import Postgres
import Store

/// The queue as `sql/30_work` keeps it, in memory: what the simulated workers talk to.
struct QueueModel {
    enum State: Equatable {
        case ready
        case leased(worker: Int32, until: Int)
        case waiting(until: Int)
        case done
        case dead
    }

    struct Entry {
        var state = State.ready
        var attempt = 0
        var token: Int64 = 0
        /// How often its result was stored: never more than once.
        var effects = 0
        var enqueuedAt: Int
        var firstRunAt: Int?
        let kind: String
        /// Jobs of one lane run one at a time, in order.
        let lane: Int?
    }

    /// The kind with side effects: a claim brings one of them at most.
    static let acting = "c"
    static let maximumAttempts = 6
    static let leaseMilliseconds = 30_000
    static let silenceMilliseconds = 10_000

    private(set) var entries: [Int64: Entry] = [:]
    /// Jobs that are neither done nor dead, in order.
    private var living: [Int64] = []
    private(set) var beats: [Int32: Int] = [:]
    private(set) var idle: Set<Int32> = []
    private var nextWorker: Int32 = 0
    /// What was done against the rules.
    private(set) var problems: [String] = []
    /// When the schedule fires next, and how often it has.
    private var nextTick = 1000
    private(set) var ticks = 0
    /// How often it fires in all, each second once.
    let ticksWanted: Int

    init(ticks: Int) {
        ticksWanted = ticks
    }

    var isSettled: Bool { living.isEmpty }

    mutating func enqueue(kind: String, lane: Int? = nil, at now: Int) {
        let id = Int64(entries.count + 1)
        entries[id] = Entry(enqueuedAt: now, kind: kind, lane: lane)
        living.append(id)
    }

    /// A schedule that fires each second: whoever comes first makes its job.
    mutating func tick(at now: Int) -> Int {
        var made = 0
        while ticks < ticksWanted, nextTick <= now {
            enqueue(kind: "a", at: now)
            nextTick += 1000
            ticks += 1
            made += 1
        }
        return made
    }

    /// Whether an earlier job of its lane lives.
    private func isBlocked(_ id: Int64, _ entry: Entry) -> Bool {
        guard let lane = entry.lane else { return false }
        return living.contains { $0 < id && entries[$0]?.lane == lane }
    }

    /// The rules that must hold after each step.
    private mutating func check(_ id: Int64, _ old: Entry, _ new: Entry) {
        if new.token < old.token { problems.append("the token of job \(id) went back") }
        if new.effects > 1 { problems.append("job \(id) has \(new.effects) effects") }
        guard let lane = new.lane, case .leased = new.state else { return }
        let together = living.filter { other in
            guard entries[other]?.lane == lane, case .leased? = entries[other]?.state else {
                return false
            }
            return true
        }
        if together.count > 1 { problems.append("jobs \(together) of one lane run together") }
    }

    private mutating func change(_ id: Int64, _ body: (inout Entry) -> Void) {
        guard let old = entries[id] else { return }
        var new = old
        body(&new)
        entries[id] = new
        check(id, old, new)
    }

    mutating func register(at now: Int) -> Int32 {
        nextWorker += 1
        beats[nextWorker] = now
        return nextWorker
    }

    /// nil if the worker is unknown.
    mutating func claim(_ worker: Int32, _ kinds: [String], _ maximum: Int, at now: Int)
        -> [LeasedJob]?
    {
        guard beats[worker] != nil else { return nil }
        var found: [LeasedJob] = []
        for id in living where found.count < maximum {
            guard var entry = entries[id], kinds.contains(entry.kind), !isBlocked(id, entry),
                entry.kind != Self.acting || !found.contains(where: { $0.kind == Self.acting })
            else { continue }
            switch entry.state {
            case .ready: break
            case .waiting(let until) where until <= now: break
            default: continue
            }
            entry.state = .leased(worker: worker, until: now + Self.leaseMilliseconds)
            entry.attempt += 1
            entry.token += 1
            entry.firstRunAt = entry.firstRunAt ?? now
            change(id) { $0 = entry }
            found.append(
                LeasedJob(
                    lease: Lease(job: id, token: entry.token), kind: entry.kind, tenant: 0,
                    payload: JSON(text: "{}"), attempt: entry.attempt,
                    maximumAttempts: Self.maximumAttempts, enqueuedAt: .distantPast))
        }
        return found
    }

    private func holds(_ worker: Int32, _ lease: Lease) -> Bool {
        guard let entry = entries[lease.job], entry.token == lease.token,
            case .leased(worker, _) = entry.state
        else { return false }
        return true
    }

    /// The results of those whose lease stands are stored with their acks.
    mutating func commit(_ worker: Int32, _ leases: [Lease]) -> Set<Int64> {
        var acknowledged: Set<Int64> = []
        for lease in leases where holds(worker, lease) {
            change(lease.job) {
                $0.state = .done
                $0.effects += 1
            }
            living.removeAll { $0 == lease.job }
            acknowledged.insert(lease.job)
        }
        return acknowledged
    }

    mutating func reject(
        _ worker: Int32, _ lease: Lease, isPermanent: Bool, wait: Int?, at now: Int
    ) -> Rejection {
        guard holds(worker, lease), var entry = entries[lease.job] else { return .lost }
        entry.token += 1
        let isDead = isPermanent || (wait == nil && entry.attempt >= Self.maximumAttempts)
        if wait != nil { entry.attempt -= 1 }
        entry.state = isDead ? .dead : .waiting(until: now + (wait ?? 500 << entry.attempt))
        entries[lease.job] = entry
        if isDead { living.removeAll { $0 == lease.job } }
        return isDead ? .dead : .retry
    }

    /// nil if the worker is unknown; else the leases that still stand, now longer.
    mutating func beat(_ worker: Int32, _ leases: [Lease], at now: Int) -> (
        isKnown: Bool, held: Set<Int64>
    ) {
        let isKnown = beats[worker] != nil
        if isKnown { beats[worker] = now }
        var held: Set<Int64> = []
        for lease in leases where holds(worker, lease) {
            entries[lease.job]?.state = .leased(worker: worker, until: now + Self.leaseMilliseconds)
            held.insert(lease.job)
        }
        rescue(at: now)
        return (isKnown, held)
    }

    private mutating func rescue(at now: Int) {
        for id in living {
            guard case .leased(let worker, let until)? = entries[id]?.state else { continue }
            let isAlive = beats[worker].map { $0 > now - Self.silenceMilliseconds } ?? false
            if until >= now, isAlive { continue }
            entries[id]?.token += 1
            let isSpent = (entries[id]?.attempt ?? 0) >= Self.maximumAttempts
            entries[id]?.state = isSpent ? .dead : .ready
            if isSpent { living.removeAll { $0 == id } }
        }
    }

    /// False if the worker is unknown.
    mutating func tell(_ worker: Int32, isIdle: Bool) -> Bool {
        guard beats[worker] != nil else { return false }
        if isIdle { idle.insert(worker) } else { idle.remove(worker) }
        return true
    }

    mutating func unregister(_ worker: Int32) {
        beats[worker] = nil
        idle.remove(worker)
        handBack(worker, except: [])
    }

    mutating func handBack(_ worker: Int32, except known: [Lease]) {
        for id in living {
            guard let entry = entries[id], case .leased(worker, _) = entry.state,
                !known.contains(Lease(job: id, token: entry.token))
            else { continue }
            entries[id]?.token += 1
            entries[id]?.attempt -= 1
            entries[id]?.state = .ready
        }
    }

    /// The server's process was killed: the list of workers is unlogged and empty after it.
    mutating func crash() {
        beats.removeAll()
        idle.removeAll()
    }

    func isIdle(_ kinds: [String]) -> Bool {
        !living.contains { entries[$0].map { kinds.contains($0.kind) } ?? false }
    }
}
