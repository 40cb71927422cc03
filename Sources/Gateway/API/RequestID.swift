import Synchronization

/// Ids of requests that bring none: unique, not secret.
enum RequestID {
    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    /// A UUID (RFC 9562, section 5.4) from a counter. The system's random numbers cost two calls of
    /// the kernel each, Foundation's UUID opens a file.
    static func next() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        let high = mixed(seed.0 &+ number &* golden) & ~0xf000 | 0x4000
        let low = mixed(seed.1 &+ number &* golden) & ~(3 << 62) | 1 << 63
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let digit =
                    UInt8(
                        truncatingIfNeeded: (index < 16 ? high : low) >> UInt64(60 - index % 16 * 4)
                    ) & 15
                text[place] = digit < 10 ? 48 + digit : 87 + digit
                place += 1
            }
            return place
        }
    }

    private static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014, figure
    /// 16): a bijection, so that no two counts give one id.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
