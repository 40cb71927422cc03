import Support
import Testing

@testable import Postgres

@Suite("Who gets which connection")
struct PoolStateTests {
    private typealias State = PoolState<Int, String>

    @Test("no more connections are opened than allowed")
    func isBounded() {
        var state = State(maximum: 2)
        for _ in 0..<2 {
            guard case .open = state.acquire() else {
                Issue.record("a place was free")
                return
            }
        }
        guard case .wait = state.acquire() else {
            Issue.record("no place was free")
            return
        }
    }

    @Test("beyond the eager ones each is opened for whoever has waited longest")
    func grows() {
        var state = State(maximum: 3, eager: 1)
        _ = state.acquire()
        guard case .wait = state.acquire() else {
            Issue.record("it opened another at once")
            return
        }
        #expect(state.grow() == nil, "nobody waits")
        state.enqueue("first", id: 1)
        state.enqueue("second", id: 2)
        state.enqueue("third", id: 3)
        #expect(state.firstWaiting == 1)
        #expect(state.grow() == "first")
        #expect(state.grow() == "second")
        #expect(state.busy == 3)
        #expect(state.grow() == nil, "the maximum holds")
        #expect(state.firstWaiting == 3)
        // One that comes back goes to whoever waits, and is not replaced by a new one.
        guard case .hand("third", 9) = state.release(9) else {
            Issue.record("it was not handed on")
            return
        }
        #expect(!state.canGrow)
    }

    @Test("waiters are served in the order in which they came")
    func isFair() {
        var state = State(maximum: 1)
        _ = state.acquire()
        state.enqueue("first", id: 1)
        state.enqueue("second", id: 2)
        guard case .hand("first", 7) = state.release(7), case .hand("second", 7) = state.release(7)
        else {
            Issue.record("not in order")
            return
        }
    }

    @Test("a newcomer does not pass those who wait")
    func doesNotOvertake() {
        var state = State(maximum: 2)
        _ = state.acquire()
        _ = state.acquire()
        state.enqueue("waiting", id: 1)
        _ = state.release(1)
        _ = state.release(2)
        guard case .use(2) = state.acquire() else {
            Issue.record("the idle one was free for all")
            return
        }
    }

    @Test("who has withdrawn is not served")
    func withdraws() {
        var state = State(maximum: 1)
        _ = state.acquire()
        state.enqueue("gone", id: 1)
        state.enqueue("here", id: 2)
        #expect(state.withdraw(1) == "gone")
        #expect(state.withdraw(1) == nil)
        guard case .hand("here", _) = state.release(1) else {
            Issue.record("the second should have it")
            return
        }
    }

    @Test("the place of a lost connection goes to the first waiter")
    func vacates() {
        var state = State(maximum: 1)
        _ = state.acquire()
        state.enqueue("first", id: 1)
        #expect(state.vacate() == "first")
        #expect(state.busy == 1)
        #expect(state.vacate() == nil)
        #expect(state.busy == 0)
    }

    @Test("a closed pool lends nothing and discards what comes back")
    func closes() {
        var state = State(maximum: 2)
        _ = state.acquire()
        _ = state.acquire()
        state.enqueue("waiting", id: 1)
        guard case .hand = state.release(1), case .keep = state.release(2) else {
            Issue.record("still open")
            return
        }
        let (idle, waiters) = state.close()
        #expect(idle == [2])
        #expect(waiters.isEmpty)
        guard case .closed = state.acquire(), case .discard = state.release(1) else {
            Issue.record("closed")
            return
        }
    }

    @Test("a larger pool serves waiters at once, a smaller one closes what comes back")
    func resizes() {
        var state = State(maximum: 1)
        _ = state.acquire()
        state.enqueue("first", id: 1)
        state.enqueue("second", id: 2)
        #expect(state.resize(2) == ["first"])
        #expect(state.busy == 2)
        #expect(state.resize(1).isEmpty)
        guard case .discard = state.release(1), case .hand("second", _) = state.release(2) else {
            Issue.record("one connection is left, for the one that waits")
            return
        }
        #expect(state.busy == 1)
    }

    @Test("whatever happens, places are neither lost nor invented", arguments: 0..<200)
    func keepsCount(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var state = PoolState<Int, Int>(maximum: 3)
        var leased: [Int] = []
        var waiting: Set<Int> = []
        var next = 0
        func opened() {
            next += 1
            leased.append(next)
        }
        for step in 0..<200 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                switch state.acquire() {
                case .use(let resource): leased.append(resource)
                case .open: opened()
                case .wait:
                    state.enqueue(step, id: UInt64(step))
                    waiting.insert(step)
                case .closed: Issue.record("nobody closed it")
                }
            case 2:
                guard let resource = leased.popLast() else { continue }
                if case .hand(let waiter, let resource) = state.release(resource) {
                    waiting.remove(waiter)
                    leased.append(resource)
                }
            default:
                guard leased.popLast() != nil else { continue }
                if let waiter = state.vacate() {
                    waiting.remove(waiter)
                    opened()
                }
            }
            #expect(state.busy == leased.count)
            #expect(state.busy + state.idle.count <= 3)
            #expect(state.waiting == waiting.count)
            #expect(waiting.isEmpty || state.busy > 0)
        }
    }
}
