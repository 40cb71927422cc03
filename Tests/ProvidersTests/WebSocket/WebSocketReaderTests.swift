import Support
import Testing

@testable import Providers

@Suite("WebSocket frames")
struct WebSocketReaderTests {
    typealias Event = WebSocketReader.Event

    /// A frame as a server sends it: not masked.
    private static func frame(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ...125: bytes.append(UInt8(payload.count))
        case ...0xFFFF: bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
        }
        return bytes + payload
    }

    private func read(_ bytes: [UInt8], largest: Int = 1 << 20) throws -> [Event] {
        var reader = WebSocketReader(largest: largest)
        let events = try reader.take(bytes)
        if let fault = reader.fault { throw fault }
        return events
    }

    @Test("the examples of RFC 6455, section 5.7")
    func examples() throws {
        #expect(try read([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [.message(.text("Hello"))])
        #expect(
            try read([0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f])
                == [.message(.text("Hello"))])
        #expect(
            try read([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [.ping(Array("Hello".utf8))])
        let long = [UInt8](repeating: 7, count: 65_536)
        #expect(try read([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0] + long) == [.message(.binary(long))])
        #expect(
            WebSocketFrame.bytes(.pong, Array("Hello".utf8), mask: 0x37fa_213d)
                == [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    }

    @Test(
        "lengths change their form at 126 and at 65,536 bytes",
        arguments: [
            0, 1, 125, 126, 127, 65_535, 65_536,
        ])
    func lengths(count: Int) throws {
        let payload = [UInt8](repeating: 0x61, count: count)
        #expect(try read(Self.frame(2, payload)) == [.message(.binary(payload))])
        // What we send is the same, masked.
        let mask: [UInt8] = [1, 2, 3, 4]
        let sent = WebSocketFrame.bytes(.binary, payload, mask: 0x0102_0304)
        let head = Self.frame(2, payload).count - count
        #expect(sent.count == head + 4 + count)
        #expect(sent[1] == Self.frame(2, payload)[1] | 0x80)
        let unmasked = sent.dropFirst(head + 4).enumerated().map { $1 ^ mask[$0 & 3] }
        #expect(unmasked == payload)
    }

    @Test(
        "what a server must not send is refused with its code",
        arguments: [
            ([0x91, 0x00], 1002), ([0xC1, 0x00], 1002), ([0x83, 0x00], 1002),
            ([0x81, 0x80, 1, 2, 3, 4], 1002), ([0x89, 0x7E, 0x00, 0xC8], 1002),
            ([0x09, 0x00], 1002), ([0x80, 0x00], 1002), ([0x01, 0x00, 0x81, 0x00], 1002),
            ([0x81, 0x7E, 0x00, 0x05], 1002), ([0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 1002),
            ([0x81, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002), ([0x88, 0x01, 0x03], 1002),
            ([0x88, 0x02, 0x03, 0xED], 1002), ([0x88, 0x02, 0x03, 0xE7], 1002),
            ([0x88, 0x02, 0x07, 0xD0], 1002), ([0x88, 0x03, 0x03, 0xE8, 0xFF], 1007),
            ([0x81, 0x02, 0xC3, 0x28], 1007), ([0x81, 0x03, 0xED, 0xA0, 0x80], 1007),
            ([0x82, 0x7F, 0, 0, 0, 0, 0, 0x10, 0, 1], 1009),
        ] as [([UInt8], UInt16)])
    func faults(bytes: [UInt8], code: UInt16) throws {
        let fault = #expect(throws: WebSocketReader.Fault.self) { try read(bytes) }
        #expect(fault?.code == code)
        // Nothing is read behind it, and what was whole before it is.
        var reader = WebSocketReader(largest: 1 << 20)
        #expect(try reader.take(Self.frame(2, [1]) + bytes).first == .message(.binary([1])))
        #expect(reader.fault?.code == code)
        #expect(throws: WebSocketReader.Fault.self) { try reader.take(Self.frame(2, [2])) }
    }

    @Test("pieces count together, and are refused before their bytes are there")
    func largest() throws {
        var reader = WebSocketReader(largest: 1000)
        let part = [UInt8](repeating: 0x61, count: 600)
        #expect(try reader.take(Self.frame(1, part, isFinal: false)).isEmpty)
        #expect(try reader.take(Self.frame(9, [])) == [.ping([])])
        // The head alone, of 600 more.
        let fault = #expect(throws: WebSocketReader.Fault.self) {
            try reader.take([0x80, 126, 2, 88])
        }
        #expect(fault?.code == 1009)
    }

    @Test("after a close nothing is read")
    func close() throws {
        var reader = WebSocketReader(largest: 1000)
        let close = Self.frame(8, [0x03, 0xE8] + Array("bye".utf8))
        #expect(
            try reader.take(close + [0xFF, 0xFF]) == [.close(code: 1000, reason: "bye")])
        #expect(try reader.take([0xFF]).isEmpty)
        #expect(try read(Self.frame(8, [])) == [.close(code: 1005, reason: "")])
    }

    /// One part of a message that is in pieces.
    private static func messages(_ random: inout SeededGenerator) -> ([UInt8], [Event]) {
        var (bytes, events): ([UInt8], [Event]) = ([], [])
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let size = [0, 1, 3, 125, 126, 300, 70_000].randomElement(using: &random)!
            let payload = (0..<size).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            switch Int.random(in: 0...4, using: &random) {
            case 0:
                bytes += frame(9, Array(payload.prefix(125)))
                events.append(.ping(Array(payload.prefix(125))))
            case 1:
                let cut = Int.random(in: 0...size, using: &random)
                bytes += frame(1, Array(payload[..<cut]), isFinal: false)
                bytes += frame(10, [9])
                events.append(.pong([9]))
                bytes += frame(0, Array(payload[cut...]))
                events.append(.message(.text(String(decoding: payload, as: UTF8.self))))
            default:
                bytes += frame(2, payload)
                events.append(.message(.binary(payload)))
            }
        }
        return (bytes, events)
    }

    @Test("however bytes are cut, the same is read")
    func cuts() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            let (bytes, expected) = Self.messages(&random)
            var reader = WebSocketReader(largest: 1 << 20)
            var events: [Event] = []
            var place = 0
            while place < bytes.count {
                let most = [1, 2, 7, 5000, 100_000].randomElement(using: &random)!
                let end = min(bytes.count, place + Int.random(in: 1...most, using: &random))
                events += try reader.take(bytes[place..<end])
                place = end
            }
            #expect(events == expected && reader.fault == nil)
        }
    }

    @Test("fuzzed bytes never stop it, never pass its limit, and read the same whole or cut")
    func fuzz() {
        var random = SeededGenerator(seed: 5)
        var (faults, messages) = (0, 0)
        for _ in 0..<6000 {
            var bytes: [UInt8]
            if Bool.random(using: &random) {
                bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    UInt8.random(in: .min ... .max, using: &random)
                }
            } else {
                bytes = []
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    let opcode = [0, 1, 2, 8, 9, 10].randomElement(using: &random)! as UInt8
                    let payload = (0..<Int.random(in: 0...140, using: &random)).map { _ in
                        UInt8.random(in: 0x20...0x7E, using: &random)
                    }
                    bytes += Self.frame(
                        opcode, payload, isFinal: Int.random(in: 0...3, using: &random) > 0)
                }
                for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                }
            }
            var whole = WebSocketReader(largest: 200)
            let first = (try? whole.take(bytes)) ?? []
            var cut = WebSocketReader(largest: 200)
            var second: [Event] = []
            for byte in bytes {
                guard let events = try? cut.take([byte]) else { break }
                second += events
            }
            #expect(first == second && whole.fault == cut.fault, "\(bytes)")
            for case .message(let message) in first {
                messages += 1
                #expect(message.size <= 200)
            }
            if whole.fault != nil { faults += 1 }
        }
        // The fuzz reaches both ends.
        #expect(faults > 1000 && messages > 800, "\(faults) \(messages)")
    }
}
