/// One event of a stream of `text/event-stream`.
package struct ServerSentEvent: Equatable, Sendable {
    /// nil where the stream names none.
    package let name: String?
    package let data: String
}

/// Takes a stream apart into its events, whatever pieces it arrives in.
///
/// The format is that of the HTML standard, section 9.2 (server-sent events): lines end with CR, LF
/// or both; `data` lines of one event are joined; comments, ids and retry times are passed over.
package struct ServerSentEvents: Sendable {
    private var line: [UInt8] = []
    private var endedWithCR = false
    private var isFirstLine = true
    private var name: String?
    private var data: [String] = []

    package init() {}

    /// Whether bytes have come that are not yet an event: a stream that ends so was cut.
    package var isInsideEvent: Bool { !line.isEmpty || !data.isEmpty }

    /// The events that these bytes complete.
    package mutating func take(_ bytes: [UInt8]) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let isSecondOfTwo = endedWithCR && byte == UInt8(ascii: "\n")
            endedWithCR = byte == UInt8(ascii: "\r")
            if isSecondOfTwo { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = endLine() { events.append(event) }
            } else {
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        var text = Substring(String(decoding: line, as: UTF8.self))
        line.removeAll(keepingCapacity: true)
        if isFirstLine, text.unicodeScalars.first == "\u{FEFF}" {
            text = Substring(text.unicodeScalars.dropFirst())
        }
        isFirstLine = false
        if text.isEmpty { return dispatch() }
        let field = text.prefix { $0 != ":" }
        var value = text.dropFirst(field.count + 1)
        if value.first == " " { value = value.dropFirst() }
        switch field {
        case "event": name = String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = nil
            data = []
        }
        guard !data.isEmpty else { return nil }
        return ServerSentEvent(name: name, data: data.joined(separator: "\n"))
    }
}
