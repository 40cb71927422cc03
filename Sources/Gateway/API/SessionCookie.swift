import Trading

/// What the page's cookie says: `token.expiry.signature`.
///
/// The token's hash stands in the database and ends the session wherever it is ended. Expiry (Unix
/// seconds) and signature (HMAC-SHA-256, RFC 2104) are looked at before the database is asked: a
/// cookie that is made up, altered or over costs no query.
struct SessionCookie: Equatable, Sendable {
    enum Flaw: Error, Equatable {
        case malformed
        case wrongSignature
        case expired
    }

    let token: String
    /// Unix seconds.
    let expiry: Int64

    /// How long a cookie is good for; the page gets a new one while it is in use.
    static let lifetime: Int64 = 3600

    private var signed: String { "\(token).\(expiry)" }

    func text(secret: [UInt8]) -> String {
        "\(signed).\(Self.hex(HMAC.sha256(key: secret, Array(signed.utf8))))"
    }

    /// Reads a cookie that one of the secrets has signed.
    ///
    /// - Parameter now: Unix seconds.
    init(_ text: String, secrets: [[UInt8]], now: Int64) throws(Flaw) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 200, parts.count == 3, !parts[0].isEmpty,
            let expiry = Int64(parts[1])
        else { throw .malformed }
        self.init(token: String(parts[0]), expiry: expiry)
        let given = Array(parts[2].utf8)
        // What was signed is what was sent: `+7` is no `7`.
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        var isSigned = false
        for secret in secrets {
            let right = Self.hex(HMAC.sha256(key: secret, signed))
            // No shortcut: how long it takes says nothing of the secret or of its place.
            isSigned = Self.areEqual(Array(right.utf8), given) || isSigned
        }
        guard isSigned else { throw .wrongSignature }
        guard expiry > now else { throw .expired }
    }

    init(token: String, expiry: Int64) {
        self.token = token
        self.expiry = expiry
    }

    /// More than half of its time is over.
    func isOld(now: Int64) -> Bool { expiry - now < Self.lifetime / 2 }

    /// Looks at every byte, wherever the first difference is.
    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
