/// A frame of RFC 6455, section 5.2, as a client sends it.
enum WebSocketFrame {
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue >= 0x8 }
    }

    /// Control frames carry no more.
    static let largestControl = 125

    /// The bytes of one whole message. What a client sends is masked, section 5.3.
    static func bytes(_ opcode: Opcode, _ payload: [UInt8], mask: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode.rawValue]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(0x80 | 126)
            bytes += bigEndian(UInt64(payload.count), bytes: 2)
        default:
            bytes.append(0x80 | 127)
            bytes += bigEndian(UInt64(payload.count), bytes: 8)
        }
        let key = bigEndian(UInt64(mask), bytes: 4)
        bytes += key
        bytes += payload.enumerated().map { place, byte in byte ^ key[place & 3] }
        return bytes
    }

    /// The payload of a close frame, section 5.5.1.
    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        var text = reason
        while text.utf8.count > largestControl - 2 { text.removeLast() }
        return bigEndian(UInt64(code), bytes: 2) + text.utf8
    }

    private static func bigEndian(_ number: UInt64, bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}

/// A whole message.
package enum WebSocketMessage: Equatable, Sendable {
    case text(String)
    case binary([UInt8])

    /// What was said, whichever way: Alpaca's paper account sends its JSON as bytes.
    package var string: String {
        switch self {
        case .text(let text): text
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}
