/// Makes messages of the bytes that a server sends, however they are cut (RFC 6455, sections 5 and 8).
///
/// What a server must not send is a fault: masked frames, reserved bits, unknown opcodes, control
/// frames that are long or in pieces, lengths not in their shortest form, text that is no UTF-8.
/// A message that is too large is refused at its first frame's head, before its bytes arrive.
struct WebSocketReader {
    enum Event: Equatable {
        case message(WebSocketMessage)
        case ping([UInt8])
        case pong([UInt8])
        /// 1005 without a code (section 7.1.5).
        case close(code: UInt16, reason: String)
    }

    /// Why the connection must end, with the code to end it with (section 7.4.1).
    struct Fault: Error, Equatable {
        let code: UInt16
        let message: String

        static func broken(_ message: String) -> Fault { Fault(code: 1002, message: message) }
    }

    private struct Head {
        let isFinal: Bool
        let opcode: WebSocketFrame.Opcode
        let start: Int
        let length: Int
    }

    /// The largest message, in bytes.
    let largest: Int
    private var bytes: [UInt8] = []
    /// Where the first frame that is not read begins.
    private var place = 0
    private var fragments: (opcode: WebSocketFrame.Opcode, bytes: [UInt8])?
    private var end: Fault?
    private var isClosed = false

    init(largest: Int) { self.largest = largest }

    /// What these bytes complete. After a fault or a close nothing more is read.
    mutating func take(_ more: some Collection<UInt8>) throws(Fault) -> [Event] {
        if let end { throw end }
        if isClosed { return [] }
        bytes += more
        var events: [Event] = []
        do throws(Fault) {
            while !isClosed, let head = try head(), bytes.count - head.start >= head.length {
                let payload = Array(bytes[head.start..<(head.start + head.length)])
                place = head.start + head.length
                if let event = try event(head, payload) { events.append(event) }
            }
        } catch {
            end = error
            // What was whole before the fault was said all the same.
            if events.isEmpty { throw error }
        }
        bytes.removeFirst(place)
        place = 0
        return events
    }

    /// The fault that is left to say after the events before it.
    var fault: Fault? { end }

    /// The next frame's head; nil while it is not whole.
    private func head() throws(Fault) -> Head? {
        guard bytes.count >= place + 2 else { return nil }
        let (first, second) = (bytes[place], bytes[place + 1])
        guard first & 0x70 == 0 else { throw .broken("a reserved bit is set") }
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
            throw .broken("an opcode is unknown")
        }
        guard second & 0x80 == 0 else { throw .broken("a frame is masked") }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.isControl, short > WebSocketFrame.largestControl || !isFinal {
            throw .broken("a control frame is long or in pieces")
        }
        guard let (start, length) = try length(short) else { return nil }
        if !opcode.isControl {
            guard (opcode == .continuation) == (fragments != nil) else {
                throw .broken("pieces of messages are mixed")
            }
            guard length <= UInt64(largest - (fragments?.bytes.count ?? 0)) else {
                throw Fault(code: 1009, message: "a message is larger than \(largest) bytes")
            }
        }
        return Head(isFinal: isFinal, opcode: opcode, start: start, length: Int(length))
    }

    private func length(_ short: Int) throws(Fault) -> (start: Int, length: UInt64)? {
        if short < 126 { return (place + 2, UInt64(short)) }
        let size = short == 126 ? 2 : 8
        guard bytes.count >= place + 2 + size else { return nil }
        let length = bytes[(place + 2)..<(place + 2 + size)].reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        guard length >> 63 == 0, length > (size == 2 ? 125 : 0xFFFF) else {
            throw .broken("a length is not in its shortest form")
        }
        return (place + 2 + size, length)
    }

    private mutating func event(_ head: Head, _ payload: [UInt8]) throws(Fault) -> Event? {
        switch head.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            isClosed = true
            return try close(payload)
        case .text, .binary, .continuation:
            var (opcode, whole) = fragments ?? (head.opcode, [])
            whole += payload
            guard head.isFinal else {
                fragments = (opcode, whole)
                return nil
            }
            fragments = nil
            if opcode == .binary { return .message(.binary(whole)) }
            return .message(.text(try text(whole[...])))
        }
    }

    private func close(_ payload: [UInt8]) throws(Fault) -> Event {
        if payload.isEmpty { return .close(code: 1005, reason: "") }
        guard payload.count >= 2 else { throw .broken("a close code is half") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .broken("the close code \(code) cannot be sent")
        }
        return .close(code: code, reason: try text(payload[2...]))
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(code: 1007, message: "a text is no UTF-8")
        }
        return text
    }
}
