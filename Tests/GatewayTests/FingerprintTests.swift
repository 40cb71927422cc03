import Testing

@testable import Gateway

@Suite("Fingerprints") struct FingerprintTests {
    @Test("each byte counts, and its place", arguments: [1, 8, 31, 32, 33, 64, 200])
    func differs(length: Int) {
        let text = String(repeating: "a", count: length)
        var seen: Set = [Fingerprint.of(text), Fingerprint.of(text + "a")]
        for place in 0..<length {
            var letters = Array(text)
            letters[place] = "b"
            #expect(seen.insert(Fingerprint.of(String(letters))).inserted)
        }
    }

    @Test("words that change places make another one")
    func order() {
        let words = (0..<8).map { String(repeating: String($0), count: 8) }
        var seen: Set<String> = []
        for first in 0..<8 {
            for second in first..<8 {
                var turned = words
                turned.swapAt(first, second)
                seen.insert(Fingerprint.of(turned.joined()))
            }
        }
        // Each pair, and the words as they were.
        #expect(seen.count == 8 * 7 / 2 + 1)
    }

    @Test("end in the length, in hexadecimal digits")
    func length() throws {
        for (count, digits) in [(0, "0"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000")] {
            let parts = Fingerprint.of(String(repeating: "x", count: count)).split(separator: "-")
            try #require(parts.count == 2)
            #expect(UInt64(parts[0], radix: 16) != nil)
            #expect(parts[1] == digits)
        }
    }
}
