import Testing

@testable import Postgres

@Suite("Prepared statements of a connection")
struct StatementCacheTests {
    private func insert(_ text: String, into cache: inout StatementCache) -> String? {
        let statement = StatementCache.Prepared(
            name: cache.newName(), parameters: [], columns: Columns(names: [], types: []))
        return cache.insert(statement, for: text)
    }

    @Test("names are never used twice")
    func namesAreNew() {
        var cache = StatementCache()
        #expect(Set((0..<100).map { _ in cache.newName() }).count == 100)
    }

    @Test("when full, the one unused for longest goes")
    func evictsOldest() {
        var cache = StatementCache()
        for number in 0..<StatementCache.capacity {
            #expect(insert("select \(number)", into: &cache) == nil)
        }
        _ = cache.find("select 0")
        #expect(insert("one more", into: &cache) == "bw2")
        #expect(cache.find("select 0") != nil)
        #expect(cache.find("select 1") == nil)
    }

    @Test("a removed one is gone and says its name")
    func removes() {
        var cache = StatementCache()
        _ = insert("select", into: &cache)
        #expect(cache.remove("select") == "bw1")
        #expect(cache.remove("select") == nil)
    }
}
