internal import Store

// Finding work: claim while there is some, say so when there is none, and look again in growing
// pauses, as a wake-up may be lost.

extension WorkerState {
    mutating func registered(_ worker: Int32, _ acting: Set<String>) -> [Action] {
        self.worker = worker
        self.acting = acting
        isIdle = false
        // What the old number held is given to others, as nobody answers for it.
        isUnsure = false
        isTellingIdle = false
        if stage == .registering { stage = .working }
        if stage == .stopping { return endIfDone() }
        return poll() + flush()
    }

    mutating func registrationFailed() -> [Action] {
        if stage == .stopping { return ended() }
        stage = .registering
        return [.timer(.register, .seconds(1))]
    }

    /// Jobs that are held keep their leases under the old number until somebody rescues them.
    /// - Parameter number: Of an answer that was under way it may be one from before.
    mutating func forgotten(_ number: Int32) -> [Action] {
        guard let worker, worker == number else { return [] }
        self.worker = nil
        // What has not begun is better done by who can answer for it.
        dropWaiting()
        guard stage == .working else { return endIfDone() }
        stage = .registering
        return [.register]
    }

    /// Claims in every lane that has room; a lane that is just claiming claims again after it.
    mutating func poll() -> [Action] {
        guard stage == .working, let worker, ready.count < Self.backlogLimit else { return [] }
        if isUnsure { return handBackFirst(worker) }
        var actions: [Action] = []
        for (index, lane) in lanes.enumerated() {
            if lane.isClaiming {
                lanes[index].isWanted = true
            } else if lane.room > 0 {
                let maximum = min(lane.room, settings.batch)
                lanes[index].isClaiming = true
                lanes[index].isWanted = false
                lanes[index].asked = maximum
                actions.append(
                    .claim(lane: index, kinds: lane.kinds, maximum: maximum, worker: worker))
            }
        }
        return actions
    }

    /// Jobs that are ours without our knowing would wait for the end of their leases. They go back
    /// before anything else is claimed, and while no claim is under way: its jobs would go too.
    private mutating func handBackFirst(_ worker: Int32) -> [Action] {
        if isHandingBack { return [] }
        guard !lanes.contains(where: \.isClaiming) else {
            for index in lanes.indices where lanes[index].isClaiming {
                lanes[index].isWanted = true
            }
            return []
        }
        return [handBackUnknown(worker)]
    }

    mutating func handBackUnknown(_ worker: Int32) -> Action {
        isHandingBack = true
        let known = jobs.filter { $0.value.worker == worker }.map(\.key)
        return .handBack(except: known, worker: worker)
    }

    mutating func handedBack() -> [Action] {
        isHandingBack = false
        isUnsure = false
        return stage == .working ? poll() : leave()
    }

    mutating func handBackFailed() -> [Action] {
        isHandingBack = false
        guard stage == .working else { return endIfDone() }
        claimFailures += 1
        isPollPending = true
        pollTimer += 1
        return [.timer(.poll(pollTimer), Self.pause(claimFailures))]
    }

    mutating func claimed(_ lane: Int, _ found: [LeasedJob], _ worker: Int32) -> [Action] {
        lanes[lane].isClaiming = false
        isPollPending = false
        claimFailures = 0
        guard stage == .working else {
            // It was under way when the worker was told to stop.
            isUnsure = isUnsure || !found.isEmpty
            return leave()
        }
        let isFull = found.count == lanes[lane].asked
        let acts = found.contains { acting.contains($0.kind) }
        lanes[lane].isDry = !isFull && !acts
        if isFull && !acts { growAhead(lane) }
        for job in found {
            jobs[job.lease] = Tracked(job: job, lane: lane, worker: worker)
        }
        lanes[lane].waiting += found
        let actions = begin(lane) + watchAhead(lane)
        if !found.isEmpty { step = 0 }
        if lanes[lane].isWanted || (!found.isEmpty && !lanes[lane].isDry) {
            return actions + poll()
        }
        return actions + rest(found: found.count)
    }

    mutating func claimFailed(_ lane: Int) -> [Action] {
        lanes[lane].isClaiming = false
        isUnsure = true
        guard stage == .working else { return leave() }
        claimFailures += 1
        isPollPending = true
        pollTimer += 1
        return [.timer(.poll(pollTimer), Self.pause(claimFailures))]
    }

    /// 100 ms, doubled with each failure, at most 3.2 s; the pool adds its own waits.
    static func pause(_ failures: Int) -> Duration {
        .milliseconds(100 * (1 << min(max(failures - 1, 0), 5)))
    }

    // MARK: When there is nothing

    /// Whether a wake-up would be of use: there is room, and nothing has come for some polls.
    ///
    /// Under a storm of single enqueues the queue is empty after each claim. Who called that idle
    /// would be notified of every job, and each NOTIFY holds up all commits.
    private var wantsWake: Bool {
        step >= Self.quietSteps && hasRoom
    }

    private var hasRoom: Bool { lanes.contains { $0.free > 0 && $0.isDry } }

    /// Says whether it is idle, polls once more after saying so, and then waits.
    ///
    /// - Parameter found: How many jobs a claim has just brought.
    mutating func rest(found: Int = 0) -> [Action] {
        guard stage == .working, let worker, !lanes.contains(where: \.isClaiming) else { return [] }
        if wantsWake != isIdle {
            if isTellingIdle { return [] }
            isTellingIdle = true
            return [.tellIdle(wantsWake, worker: worker)]
        }
        // Jobs that end meanwhile do not put the next look off.
        guard hasRoom, !isPollPending else { return [] }
        isPollPending = true
        pollTimer += 1
        var pause = found < Self.manyFound ? Self.sparsePause : Self.stormPause
        if found == 0 {
            pause = Self.ladder[min(step, Self.ladder.count - 1)]
            step += 1
        }
        var actions = [Action.timer(.poll(pollTimer), pause)]
        if settings.untilIdle, jobs.isEmpty, !isCheckingIdle {
            isCheckingIdle = true
            actions.append(.checkIdle)
        }
        return actions
    }

    /// A job that came between the last claim and this commit was not announced: look once more.
    mutating func toldIdle(_ isIdle: Bool) -> [Action] {
        isTellingIdle = false
        self.isIdle = isIdle
        guard stage == .working else { return endIfDone() }
        return isIdle ? poll() : rest()
    }

    mutating func tellingIdleFailed() -> [Action] {
        isTellingIdle = false
        isPollPending = true
        pollTimer += 1
        return [.timer(.poll(pollTimer), .seconds(1))]
    }

    mutating func checkedIdle(_ isDone: Bool) -> [Action] {
        isCheckingIdle = false
        guard isDone, jobs.isEmpty, stage == .working else { return [] }
        return stop()
    }
}
