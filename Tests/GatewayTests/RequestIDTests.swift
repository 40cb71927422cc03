import Foundation
import Testing

@testable import Gateway

@Suite("Ids of requests")
struct RequestIDTests {
    @Test("are UUIDs of version 4, and no two are equal")
    func unique() {
        let ids = (0..<10_000).map { _ in RequestID.next() }
        #expect(Set(ids).count == ids.count)
        for id in ids.prefix(100) {
            #expect(UUID(uuidString: id)?.uuidString.lowercased() == id)
            #expect(id.utf8.count == 36)
            let letters = Array(id)
            #expect(letters[14] == "4")
            #expect("89ab".contains(letters[19]))
        }
    }
}
