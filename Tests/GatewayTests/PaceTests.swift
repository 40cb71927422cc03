import Testing

@testable import Gateway

@Suite("The pace of a path") struct PaceTests {
    @Test("nothing is known before it was read")
    func unknown() {
        #expect(Pace().expected(below: 5) == nil)
    }

    @Test("a read is expected to take what it took, unless that was long")
    func first() {
        var pace = Pace()
        pace.took(0.4)
        #expect(pace.expected(below: 5) == 0.4)
        var slow = Pace()
        slow.took(40)
        #expect(slow.expected(below: 5) == nil)
    }

    @Test("one long read ends it, many short ones bring it back")
    func average() {
        var pace = Pace()
        for _ in 0..<100 { pace.took(0.4) }
        pace.took(100)
        #expect(pace.expected(below: 5) == nil)
        var reads = 0
        while pace.expected(below: 5) == nil {
            pace.took(0.4)
            reads += 1
        }
        #expect((5...50).contains(reads))
    }
}
