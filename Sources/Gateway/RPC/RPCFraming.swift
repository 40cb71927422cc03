/// Cuts a stream of bytes into messages: a line each, or each after a Content-Length header as in
/// the Language Server Protocol's base protocol. The first byte of a message says which.
struct RPCFraming: Sendable {
    enum Event: Equatable, Sendable {
        case message([UInt8], isFramed: Bool)
        /// The rest of the stream cannot be understood.
        case tooLarge
    }

    /// Bytes of one message at most.
    let limit: Int
    private var waiting: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    mutating func read(_ bytes: [UInt8]) -> [Event] {
        waiting += bytes
        var events: [Event] = []
        while let event = next() {
            events.append(event)
            if event == .tooLarge { break }
        }
        return events
    }

    private mutating func next() -> Event? {
        while let first = waiting.first, first == 10 || first == 13 || first == 32 {
            waiting.removeFirst()
        }
        guard let first = waiting.first else { return nil }
        return first == UInt8(ascii: "C") || first == UInt8(ascii: "c") ? framed() : line()
    }

    private mutating func line() -> Event? {
        guard let end = waiting.firstIndex(of: 10) else {
            return waiting.count > limit ? .tooLarge : nil
        }
        guard end <= limit else { return .tooLarge }
        let message = Array(waiting[..<end])
        waiting.removeSubrange(...end)
        return .message(message, isFramed: false)
    }

    private mutating func framed() -> Event? {
        let separator: [UInt8] = [13, 10, 13, 10]
        guard let head = waiting.firstRange(of: separator) else {
            return waiting.count > 4096 ? .tooLarge : nil
        }
        guard let length = Self.length(waiting[..<head.lowerBound]), length <= limit else {
            return .tooLarge
        }
        guard waiting.count >= head.upperBound + length else { return nil }
        let message = Array(waiting[head.upperBound..<(head.upperBound + length)])
        waiting.removeSubrange(..<(head.upperBound + length))
        return .message(message, isFramed: true)
    }

    private static func length(_ head: ArraySlice<UInt8>) -> Int? {
        for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            return Int(parts[1].drop { $0 == " " }).flatMap { $0 >= 0 ? $0 : nil }
        }
        return nil
    }

    /// An answer in the form of its question.
    static func frame(_ answer: String, isFramed: Bool) -> [UInt8] {
        if isFramed { return Array("Content-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8) }
        var line = Array(answer.utf8)
        // A line break in JSON stands between values; within a text it is escaped.
        for place in line.indices where line[place] == 10 || line[place] == 13 { line[place] = 32 }
        line.append(10)
        return line
    }
}
