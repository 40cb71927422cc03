import FoundationEssentials
import Postgres
import Store
import Testing

@testable import Jobs

@Suite("Claiming ahead")
struct ClaimAheadTests {
    /// A worker of two slots that waits for the answer to its first claim.
    private struct Play {
        var state: WorkerState
        private var newest: Int64 = 0
        /// How many each claim asked for.
        private(set) var asked: [Int] = []
        private(set) var running: [Lease] = []
        private(set) var handedBack: [[Lease]] = []
        private(set) var commits: [[Lease]] = []
        /// Between polls.
        private(set) var pauses: [Duration] = []

        init(slots: Int? = nil, shared: Int = 2, acting: Set<String> = []) {
            var settings = WorkerState.Settings()
            settings.slots = shared
            settings.ahead = 8
            state = WorkerState(kinds: [("probe", slots)], settings: settings)
            _ = state.start()
            see(state.handle(.registered(worker: 1, acting: acting)))
        }

        mutating func see(_ actions: [WorkerState.Action]) {
            for action in actions {
                switch action {
                case .claim(_, _, let maximum, _): asked.append(maximum)
                case .run(let job): running.append(job.lease)
                case .handBack(let known, _): handedBack.append(known)
                case .commit(let leases, _): commits.append(leases)
                case .timer(.poll, let pause): pauses.append(pause)
                default: break
                }
            }
        }

        mutating func bring(_ count: Int) {
            let jobs = (0..<count).map { number in
                LeasedJob(
                    lease: Lease(job: newest + Int64(number) + 1, token: 1), kind: "probe",
                    tenant: 0, payload: JSON(text: "{}"), attempt: 1, maximumAttempts: 3,
                    enqueuedAt: .distantPast)
            }
            newest += Int64(count)
            see(state.handle(.claimed(lane: 0, jobs, worker: 1)))
        }

        /// All that runs ends, and what begins thereby as well.
        mutating func finishAll() {
            while let lease = running.first {
                running.removeFirst()
                see(state.handle(.handled(lease, nil)))
            }
            see(state.handle(.settle))
        }
    }

    @Test("a lane whose jobs end before the next claim has come asks for more, within its bounds")
    func grows() {
        var play = Play()
        for _ in 0..<5 {
            play.bring(play.asked.last ?? 0)
            #expect(play.running.count <= 2)
            play.finishAll()
        }
        // Ten in all: slots and those that wait.
        #expect(play.asked == [2, 2, 4, 6, 10, 10])
    }

    @Test("a lane with slots of its own never has more jobs than slots")
    func keepsOwnSlots() {
        var play = Play(slots: 2)
        for _ in 0..<5 {
            play.bring(play.asked.last ?? 0)
            play.finishAll()
        }
        #expect(play.asked.max() == 2)
    }

    @Test("what has not begun when its time is up goes back, and no more is claimed ahead")
    func givesBack() {
        var play = Play()
        for count in [2, 2] {
            play.bring(count)
            play.finishAll()
        }
        play.bring(4)
        #expect(play.state.held == 8)
        let running = play.running
        play.see(play.state.handle(.timer(.ahead(lane: 0))))
        // A claim is under way: its jobs must not go back.
        #expect(play.handedBack.isEmpty)
        play.bring(0)
        #expect(play.handedBack.count == 1)
        #expect(Set(play.handedBack[0]).isSuperset(of: running))
        #expect(play.handedBack[0].count == 6)
        let before = play.asked.count
        play.see(play.state.handle(.handedBack))
        #expect(play.asked.count == before)
        play.finishAll()
        play.see(play.state.handle(.woken))
        #expect(play.asked.count == before + 1)
        #expect(play.asked.last == 2)
    }

    @Test("after a claim that brought few the next one waits a moment")
    func pausesWhenSparse() {
        var play = Play()
        play.bring(1)
        #expect(play.asked.count == 1)
        play.finishAll()
        #expect(play.asked.count == 1)
        #expect(play.pauses == [.milliseconds(5)])
    }

    @Test("the pause is longer where so many come that larger claims are worth it")
    func pausesLongerInStorm() {
        var play = Play(shared: 20)
        play.bring(9)
        #expect(play.pauses == [.milliseconds(5)])
        play = Play(shared: 20)
        play.bring(10)
        #expect(play.pauses == [.milliseconds(20)])
    }

    @Test("what comes one by one is claimed again without a pause, and never ahead")
    func claimsActingKindsAtOnce() {
        var play = Play(acting: ["probe"])
        play.bring(1)
        #expect(play.asked == [2, 1])
        #expect(play.pauses.isEmpty)
        play.finishAll()
        play.bring(1)
        play.finishAll()
        #expect(play.asked.max() == 2)
        // A job ended while the claim was under way: it looks once more.
        play.bring(0)
        play.bring(0)
        #expect(play.pauses == [.milliseconds(5)])
    }

    @Test("a worker told to stop gives back at once what has not begun")
    func givesBackWhenStopped() {
        var play = Play()
        play.bring(2)
        play.finishAll()
        play.bring(4)
        play.bring(0)
        let running = play.running
        play.see(play.state.handle(.stop))
        #expect(play.handedBack.count == 1)
        #expect(Set(play.handedBack.first ?? []).isSuperset(of: running))
        #expect(play.state.held == 4)
    }

    @Test("results wait for the commit under way, but not for long")
    func gathers() {
        var play = Play()
        play.bring(2)
        play.see(play.state.handle(.handled(play.running[0], nil)))
        play.see(play.state.handle(.settle))
        #expect(play.commits.count == 1)
        play.see(play.state.handle(.handled(play.running[1], nil)))
        play.see(play.state.handle(.settle))
        #expect(play.commits.count == 1)
        play.see(play.state.handle(.timer(.gather)))
        #expect(play.commits == [[play.running[0]], [play.running[1]]])
    }

    @Test("a batch that is refused is tried again in smaller ones")
    func splitsRefusedBatch() {
        var play = Play()
        play.bring(2)
        play.finishAll()
        play.bring(10)
        play.finishAll()
        play.see(play.state.handle(.committed(play.commits[0], acknowledged: [1, 2])))
        let batch = play.commits[1]
        #expect(batch.count == 10)
        play.see(
            play.state.handle(.commitFailed(batch, .refused(.retry("one of them is wrong")))))
        #expect(play.commits.count == 3)
        #expect(play.commits[2].count == 1)
    }
}
