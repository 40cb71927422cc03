internal import Store

// Staying alive in the queue's eyes, and stopping.

extension WorkerState {
    /// Prolongs the leases of jobs that have been held since the last beat.
    mutating func beat() -> [Action] {
        guard stage != .ended, stage != .unregistering else { return [] }
        guard let worker else { return [.timer(.beat, Self.beatPause)] }
        var old: [Lease] = []
        for (lease, job) in jobs {
            if job.beats > 0, job.worker == worker { old.append(lease) }
            jobs[lease]?.beats += 1
        }
        return [.beat(old, worker: worker)]
    }

    /// - Parameter held: Which leases still stand; jobs that were not asked for are not lost.
    mutating func seen(_ held: Set<Int64>) -> [Action] {
        guard stage != .ended else { return [] }
        var actions: [Action] = []
        for (lease, job) in jobs where job.beats > 1 && job.worker == worker {
            if !held.contains(lease.job) { actions += lose(lease, job) }
        }
        return actions + [.timer(.beat, Self.beatPause)] + endIfDone()
    }

    private mutating func lose(_ lease: Lease, _ job: Tracked) -> [Action] {
        switch job.phase {
        case .committing, .rejecting:
            // The answer that is under way will say it.
            return []
        case .running:
            let waiting = lanes[job.lane].waiting.count
            lanes[job.lane].waiting.removeAll { $0.lease == lease }
            if lanes[job.lane].waiting.count == waiting { lanes[job.lane].running -= 1 }
        case .ready: ready.removeAll { $0 == lease }
        }
        jobs[lease] = nil
        return [.cancel(lease), .report(.leaseLost(job.job))] + begin(job.lane) + poll()
    }

    // MARK: Schedules

    /// Any worker makes the jobs of schedules due; the database sees to it that each is made once.
    mutating func tick() -> [Action] {
        switch stage {
        case .working: [.tick]
        case .registering: [.timer(.tick, Self.tickPause)]
        case .stopping, .unregistering, .ended: []
        }
    }

    mutating func ticked(_ jobs: Int) -> [Action] {
        guard stage == .working || stage == .registering else { return [] }
        return [.timer(.tick, Self.tickPause)] + (jobs > 0 ? poll() : [])
    }

    // MARK: Settings

    /// Jobs that run beyond a smaller number of slots run on; whether to stop when idle stays.
    mutating func change(_ new: Settings) -> [Action] {
        settings.slots = max(new.slots, 1)
        settings.stopLimit = new.stopLimit
        for index in lanes.indices where lanes[index].isShared {
            lanes[index].slots = settings.slots
            lanes[index].isDry = false
        }
        return lanes.indices.flatMap { begin($0) } + poll()
    }

    // MARK: Stopping

    mutating func stop() -> [Action] {
        guard stage == .working || stage == .registering else { return [] }
        let hasRegistered = worker != nil
        stage = .stopping
        if !hasRegistered { return [.timer(.stopLimit, settings.stopLimit)] }
        let running = lanes.reduce(0) { $0 + $1.running }
        dropWaiting()
        let report: [Action] = jobs.isEmpty ? [] : [.report(.stopping(running: running))]
        return report + [.timer(.stopLimit, settings.stopLimit)] + leave()
    }

    /// What will not be begun here goes back before the last job has ended.
    mutating func leave() -> [Action] {
        guard stage == .stopping, isUnsure, !isHandingBack, !jobs.isEmpty, let worker,
            !lanes.contains(where: \.isClaiming)
        else { return endIfDone() }
        return [handBackUnknown(worker)]
    }

    /// The time is up: what still runs is cancelled and handed back.
    mutating func stopNow() -> [Action] {
        guard stage == .stopping else { return [] }
        let cancelled = jobs.keys.map { Action.cancel($0) }
        jobs.removeAll()
        ready.removeAll()
        for lane in lanes.indices {
            lanes[lane].isClaiming = false
            lanes[lane].waiting = []
        }
        return cancelled + endIfDone(byForce: true)
    }

    /// Signs off when nothing is held and nothing can come any more.
    mutating func endIfDone(byForce: Bool = false) -> [Action] {
        guard stage == .stopping else { return [] }
        if !byForce {
            guard jobs.isEmpty, !isHandingBack, !lanes.contains(where: \.isClaiming) else {
                return []
            }
        }
        guard let worker else { return ended() }
        stage = .unregistering
        return [.unregister(worker: worker)]
    }

    mutating func ended() -> [Action] {
        guard stage != .ended else { return [] }
        stage = .ended
        return [.end]
    }
}
