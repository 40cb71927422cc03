/// The hash function of FIPS 180-4, section 6.2.
package enum SHA256 {
    /// First 32 bits of the fractional parts of the square roots of the first 8 primes (5.3.3).
    private static let initial: [UInt32] = firstPrimes(8).map { fractionBits(root: 2, of: $0) }

    /// The same of the cube roots of the first 64 primes (4.2.2).
    private static let constants: [UInt32] = firstPrimes(64).map { fractionBits(root: 3, of: $0) }

    /// The 32 bytes of the hash.
    package static func hash(_ message: some Collection<UInt8>) -> [UInt8] {
        SHABlocks.hash(message, from: initial, scheduled: 64, by: compress)
    }

    /// The hash as 64 lower-case hexadecimal digits.
    package static func hex(_ message: some Collection<UInt8>) -> String {
        hash(message).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func compress(_ words: inout [UInt32], into state: inout [UInt32]) {
        fill(&words)
        let constants = Self.constants
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for round in 0..<64 {
            let choice = (e & f) ^ (~e & g)
            let first = h &+ turn(e, 6, 11, 25) &+ choice &+ constants[round] &+ words[round]
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let second = turn(a, 2, 13, 22) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
        state[5] &+= f
        state[6] &+= g
        state[7] &+= h
    }

    /// The words after the block's.
    private static func fill(_ words: inout [UInt32]) {
        for index in 16..<64 {
            let (near, far) = (words[index - 2], words[index - 15])
            let spread = rotate(far, 7) ^ rotate(far, 18) ^ (far >> 3)
            let mix = rotate(near, 17) ^ rotate(near, 19) ^ (near >> 10)
            words[index] = words[index - 16] &+ spread &+ words[index - 7] &+ mix
        }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static func turn(_ word: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32 {
        rotate(word, a) ^ rotate(word, b) ^ rotate(word, c)
    }

    private static func firstPrimes(_ count: Int) -> [UInt64] {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < count {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes
    }

    /// floor(2^32 * number^(1/root)) without its whole part, by bisection in whole numbers.
    private static func fractionBits(root: Int, of number: UInt64) -> UInt32 {
        let target = UInt128(number) << UInt128(32 * root)
        var (low, high) = (UInt128(0), UInt128(1) << 37)
        while high - low > 1 {
            let middle = (low + high) / 2
            let power = (1..<root).reduce(middle) { product, _ in product * middle }
            if power <= target { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }
}
