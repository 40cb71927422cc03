import Postgres
import Support
import Testing

@Suite("Reconnecting")
struct ReconnectTests {
    @Test("the first attempt is made at once, and only one at a time")
    func connectsAtOnce() {
        var machine = Reconnect()
        #expect(machine.wanted() == .connect)
        #expect(machine.wanted() == .nothing)
    }

    @Test("waits grow to the cap, stay within it, and are never under the floor")
    func waitsLonger() throws {
        var random = SeededGenerator(seed: 1)
        var machine = Reconnect(base: .milliseconds(100), cap: .seconds(2), floor: .milliseconds(5))
        var longest = Duration.zero
        for attempt in 0..<200 {
            guard case .wait(let wait) = machine.failed(isTransient: true, using: &random) else {
                Issue.record("attempt \(attempt) did not wait")
                return
            }
            let bound = min(Duration.seconds(2), .milliseconds(100) * (1 << min(attempt, 20)))
            #expect(wait >= .milliseconds(5))
            #expect(wait <= bound)
            longest = max(longest, wait)
            machine.waited()
            #expect(machine.wanted() == .connect)
        }
        #expect(longest > .seconds(1))
    }

    @Test("two workers with different randomness do not come back together")
    func spreads() {
        var first = SeededGenerator(seed: 1)
        var second = SeededGenerator(seed: 2)
        var one = Reconnect()
        var other = Reconnect()
        #expect(
            one.failed(isTransient: true, using: &first)
                != other.failed(isTransient: true, using: &second))
    }

    @Test("success begins the waits anew")
    func forgets() {
        var random = SeededGenerator(seed: 3)
        var machine = Reconnect(base: .milliseconds(100), cap: .seconds(60), floor: .zero)
        for _ in 0..<10 { _ = machine.failed(isTransient: true, using: &random) }
        machine.succeeded()
        machine.lost()
        #expect(machine.state == .ready)
        guard case .wait(let wait) = machine.failed(isTransient: true, using: &random) else {
            Issue.record("no wait")
            return
        }
        #expect(wait <= .milliseconds(100))
    }

    @Test("what trying again cannot mend is given up")
    func givesUp() {
        var random = SeededGenerator(seed: 4)
        var machine = Reconnect()
        #expect(machine.failed(isTransient: false, using: &random) == .giveUp)
        #expect(machine.wanted() == .nothing)
    }
}
