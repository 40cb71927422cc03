internal import Store

// From a handler's answer to the end of the job: results are stored in batches, each batch in one
// transaction with its acks; what cannot be stored goes back to the queue.

extension WorkerState {
    mutating func handled(_ lease: Lease, _ failure: JobFailure?) -> [Action] {
        // One search for both: thousands of jobs end each second.
        guard let place = jobs.index(forKey: lease), case .running = jobs.values[place].phase
        else { return [] }
        let lane = jobs.values[place].lane
        lanes[lane].running -= 1
        var actions = begin(lane)
        if let failure {
            actions += reject(lease, failure)
        } else {
            jobs.values[place].phase = .ready
            ready.append(lease)
        }
        if !isSettling {
            isSettling = true
            actions.append(.settle)
        }
        return actions
    }

    /// Commits and claims after all jobs that ended at about the same time: one of each for many.
    mutating func settle() -> [Action] {
        isSettling = false
        let actions = flush()
        // In a lane that has run dry a wake-up will come; asking each time would be in vain.
        if lanes.contains(where: { !$0.isDry }) { return actions + poll() }
        return isIdle ? actions : actions + rest()
    }

    /// Commits what is ready, as far as commits are free. While one is under way others wait for
    /// company, but not for long: a slow one must not hold them up.
    mutating func flush(isOverdue: Bool = false) -> [Action] {
        var actions: [Action] = []
        var isOverdue = isOverdue
        while !isCommitPaused, commits < settings.commits, let first = ready.first,
            let head = jobs[first]
        {
            if commits > 0, ready.count < settings.batch, !isOverdue {
                if isGathering { break }
                isGathering = true
                return actions + [.timer(.gather, Self.gatherPause)]
            }
            let leases = takeReady(head.worker, atMost: min(head.company, settings.batch))
            commits += 1
            isOverdue = false
            actions.append(.commit(leases, worker: head.worker))
        }
        return actions
    }

    /// The first ones of this worker number, in the order in which they were done.
    private mutating func takeReady(_ worker: Int32, atMost most: Int) -> [Lease] {
        var most = most
        var taken: [Lease] = []
        var left: [Lease] = []
        for lease in ready {
            if let place = jobs.index(forKey: lease), jobs.values[place].worker == worker,
                taken.count < min(most, jobs.values[place].company)
            {
                most = min(most, jobs.values[place].company)
                jobs.values[place].phase = .committing
                taken.append(lease)
            } else {
                left.append(lease)
            }
        }
        ready = left
        return taken
    }

    mutating func committed(_ leases: [Lease], _ acknowledged: Set<Int64>) -> [Action] {
        commits -= 1
        commitFailures = 0
        var actions: [Action] = []
        for lease in leases {
            guard let job = jobs.removeValue(forKey: lease) else { continue }
            if !acknowledged.contains(lease.job) { actions.append(.report(.leaseLost(job.job))) }
        }
        return actions + flush() + (claimAfterBacklog() + endIfDone())
    }

    private mutating func claimAfterBacklog() -> [Action] {
        if lanes.contains(where: { !$0.isDry }) { return poll() }
        return jobs.isEmpty && settings.untilIdle ? rest() : []
    }

    mutating func commitFailed(_ leases: [Lease], _ failure: CommitFailure) -> [Action] {
        commits -= 1
        let held = leases.filter { jobs[$0] != nil }
        switch failure {
        case .connection:
            makeReady(held)
            commitFailures += 1
            if isCommitPaused { return [] }
            isCommitPaused = true
            return [.timer(.commit, Self.pause(commitFailures))]
        case .conflict(let reason), .refused(let reason):
            if held.count > 1 {
                // Which one it is shows in smaller batches, in the end alone.
                let company = held.count > 10 ? held.count / 10 : 1
                for lease in held { jobs[lease]?.company = company }
                makeReady(held)
                return flush()
            }
            guard let lease = held.first else { return flush() + endIfDone() }
            jobs[lease]?.tries += 1
            if case .conflict = failure, (jobs[lease]?.tries ?? 0) < Self.maximumTries {
                makeReady(held)
                return flush()
            }
            return reject(lease, reason) + flush()
        }
    }

    private mutating func makeReady(_ leases: [Lease]) {
        for lease in leases { jobs[lease]?.phase = .ready }
        ready.insert(contentsOf: leases, at: 0)
    }

    private mutating func reject(_ lease: Lease, _ failure: JobFailure) -> [Action] {
        guard let job = jobs[lease] else { return [] }
        jobs[lease]?.phase = .rejecting(failure)
        return [.reject(lease, failure, worker: job.worker)]
    }

    mutating func rejectionFailed(_ lease: Lease) -> [Action] {
        guard let job = jobs[lease] else { return [] }
        if job.tries >= Self.maximumTries {
            // Its lease is not prolonged any more: the queue takes it back by itself.
            return [.report(.gaveUp(job.job))] + settled(lease)
        }
        jobs[lease]?.tries += 1
        return [.timer(.reject(lease), Self.pause(job.tries + 1))]
    }

    mutating func rejectAgain(_ lease: Lease) -> [Action] {
        guard let job = jobs[lease], case .rejecting(let failure) = job.phase else { return [] }
        return [.reject(lease, failure, worker: job.worker)]
    }

    /// The job is no more ours.
    mutating func settled(_ lease: Lease) -> [Action] {
        jobs[lease] = nil
        let actions = endIfDone()
        return actions.isEmpty && jobs.isEmpty && settings.untilIdle ? rest() : actions
    }
}
