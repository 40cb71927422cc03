/// What SHA-1 and SHA-256 have in common: a message padded to blocks of sixteen words, each of which
/// changes a state (FIPS 180-4, sections 5.1.1, 5.2.1 and 6).
enum SHABlocks {
    /// The bytes of the state after the last block.
    static func hash(
        _ message: some Collection<UInt8>, from initial: [UInt32],
        by compress: (_ block: [UInt32], _ state: inout [UInt32]) -> Void
    ) -> [UInt8] {
        var state = initial
        let padded = padded(message)
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(words(padded[start..<(start + 64)]), &state)
        }
        return state.flatMap { word in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    private static func padded(_ message: some Collection<UInt8>) -> [UInt8] {
        var padded = Array(message)
        padded.append(0x80)
        padded += repeatElement(0, count: (120 - padded.count % 64) % 64)
        let bitCount = UInt64(message.count) * 8
        padded += stride(from: 56, through: 0, by: -8).map { shift in
            UInt8(truncatingIfNeeded: bitCount >> shift)
        }
        return padded
    }

    private static func words(_ block: ArraySlice<UInt8>) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: 16)
        for (place, byte) in block.enumerated() {
            words[place / 4] = words[place / 4] << 8 | UInt32(byte)
        }
        return words
    }
}
