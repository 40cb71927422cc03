/// The hash function of FIPS 180-4, section 6.1: for protocols that ask for it, never for secrets.
package enum SHA1 {
    /// The 20 bytes of the hash.
    package static func hash(_ message: some Collection<UInt8>) -> [UInt8] {
        // Section 5.3.1.
        let initial: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        return SHABlocks.hash(message, from: initial, scheduled: 80, by: compress)
    }

    private static func compress(_ words: inout [UInt32], into state: inout [UInt32]) {
        fill(&words)
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for round in 0..<80 {
            // Sections 4.1.1 and 4.2.1.
            let (mixed, constant): (UInt32, UInt32) =
                switch round {
                case 0..<20: (b & c ^ ~b & d, 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: (b & c ^ b & d ^ c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = turned(a, 5) &+ mixed &+ e &+ constant &+ words[round]
            (a, b, c, d, e) = (next, a, turned(b, 30), c, d)
        }
        for (place, word) in [a, b, c, d, e].enumerated() { state[place] &+= word }
    }

    /// The words after the block's.
    private static func fill(_ words: inout [UInt32]) {
        for place in 16..<80 {
            words[place] = turned(
                words[place - 3] ^ words[place - 8] ^ words[place - 14] ^ words[place - 16], 1)
        }
    }

    private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word << bits | word >> (32 - bits)
    }
}
