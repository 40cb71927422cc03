/// What SHA-1 and SHA-256 have in common: a message padded to blocks of sixteen words, each of which
/// changes a state (FIPS 180-4, sections 5.1.1, 5.2.1 and 6).
enum SHABlocks {
    /// The bytes of the state after the last block.
    ///
    /// - Parameter compress: Gets a schedule of which the first sixteen words are the block's; the
    ///   others are its own to fill.
    static func hash(
        _ message: some Collection<UInt8>, from initial: [UInt32], scheduled words: Int,
        by compress: (_ schedule: inout [UInt32], _ state: inout [UInt32]) -> Void
    ) -> [UInt8] {
        var state = initial
        var schedule = [UInt32](repeating: 0, count: words)
        let padded = padded(message)
        for start in stride(from: 0, to: padded.count, by: 64) {
            for place in 0..<16 {
                let at = start + 4 * place
                schedule[place] =
                    UInt32(padded[at]) << 24 | UInt32(padded[at + 1]) << 16
                    | UInt32(padded[at + 2]) << 8 | UInt32(padded[at + 3])
            }
            compress(&schedule, &state)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * state.count)
        for word in state { append(word, to: &bytes) }
        return bytes
    }

    private static func padded(_ message: some Collection<UInt8>) -> [UInt8] {
        var padded: [UInt8] = []
        padded.reserveCapacity(message.count + 72)
        padded.append(contentsOf: message)
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: (120 - padded.count % 64) % 64))
        let bitCount = UInt64(message.count) * 8
        append(UInt32(truncatingIfNeeded: bitCount >> 32), to: &padded)
        append(UInt32(truncatingIfNeeded: bitCount), to: &padded)
        return padded
    }

    private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}
