/// Message authentication with SHA-256: RFC 2104, with RFC 4231's test vectors.
package enum HMAC {
    /// The 32 bytes that prove that whoever made them has the key.
    package static func sha256(
        key: some Collection<UInt8>, _ message: some Collection<UInt8>
    ) -> [UInt8] {
        let blockSize = 64
        var block = key.count > blockSize ? SHA256.hash(key) : Array(key)
        block += repeatElement(0, count: blockSize - block.count)
        let inner = SHA256.hash(block.map { $0 ^ 0x36 } + Array(message))
        return SHA256.hash(block.map { $0 ^ 0x5c } + inner)
    }
}
