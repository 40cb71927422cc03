internal import Store

// Claiming ahead: where jobs end faster than claims come, a lane takes more than it has slots for,
// so that one claim and one commit serve hundreds. What then does not begin at once goes back.

extension WorkerState {
    /// Twice as many, if all it had was done when a full claim came. Kinds with slots of their own
    /// have few on purpose.
    mutating func growAhead(_ lane: Int) {
        let known = lanes[lane]
        guard known.isShared, known.running == 0, known.waiting.isEmpty else {
            return
        }
        lanes[lane].ahead = min(max(2 * known.ahead, known.slots), settings.ahead)
    }

    /// Runs what waits, as far as there are slots.
    mutating func begin(_ lane: Int) -> [Action] {
        var actions: [Action] = []
        while lanes[lane].free > 0, let job = lanes[lane].waiting.popFirst() {
            lanes[lane].running += 1
            lanes[lane].begun += 1
            actions.append(.run(job))
        }
        return actions
    }

    mutating func watchAhead(_ lane: Int) -> [Action] {
        let known = lanes[lane]
        guard !known.waiting.isEmpty, known.due == nil else { return [] }
        lanes[lane].due = known.begun + known.waiting.count
        return [.timer(.ahead(lane: lane), Self.aheadPause)]
    }

    /// Gives back what waits if it has not moved on as it should.
    mutating func lookAhead(_ lane: Int) -> [Action] {
        guard let due = lanes[lane].due else { return [] }
        lanes[lane].due = nil
        guard stage == .working else { return [] }
        if lanes[lane].begun >= due { return watchAhead(lane) }
        lanes[lane].ahead = 0
        dropWaiting(lane)
        return poll()
    }

    /// The queue still takes them for ours: `isUnsure` sees to it that they go back.
    private mutating func dropWaiting(_ lane: Int) {
        guard !lanes[lane].waiting.isEmpty else { return }
        for job in lanes[lane].waiting { jobs[job.lease] = nil }
        lanes[lane].waiting = []
        isUnsure = true
    }

    mutating func dropWaiting() {
        for lane in lanes.indices { dropWaiting(lane) }
    }
}
