import Testing

@testable import Gateway

@Suite("The pace of a path") struct PaceTests {
    @Test("nothing is short before it was read")
    func unknown() {
        #expect(!Pace().isShort(5))
    }

    @Test("a read that took little is short, one that took long is not")
    func first() {
        var pace = Pace()
        pace.took(0.4)
        #expect(pace.isShort(5))
        var slow = Pace()
        slow.took(40)
        #expect(!slow.isShort(5))
    }

    @Test("one long read ends it, many short ones bring it back")
    func average() {
        var pace = Pace()
        for _ in 0..<100 { pace.took(0.4) }
        pace.took(100)
        #expect(!pace.isShort(5))
        var reads = 0
        while !pace.isShort(5) {
            pace.took(0.4)
            reads += 1
        }
        #expect((5...50).contains(reads))
    }
}
