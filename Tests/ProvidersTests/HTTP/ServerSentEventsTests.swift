import Testing

@testable import Providers

@Suite("Server-sent events") struct ServerSentEventsTests {
    private func events(_ text: String, in size: Int) -> [ServerSentEvent] {
        var parser = ServerSentEvents()
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).flatMap { start in
            parser.take(Array(bytes[start..<min(start + size, bytes.count)]))
        }
    }

    @Test(
        "the same events come out, whatever pieces go in", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) {
        let text =
            "\u{FEFF}event: a\ndata: {\"x\":\"é€😀\"}\n\n: comment\r\n\r\ndata:1\r\ndata: 2\r\r"
        #expect(
            events(text, in: size) == [
                ServerSentEvent(name: "a", data: #"{"x":"é€😀"}"#),
                ServerSentEvent(name: nil, data: "1\n2"),
            ])
    }

    @Test("an event without its empty line has not come")
    func unfinished() {
        var parser = ServerSentEvents()
        #expect(parser.take(Array("data: half".utf8)).isEmpty)
        #expect(parser.isInsideEvent)
        #expect(parser.take(Array("\n\n".utf8)) == [ServerSentEvent(name: nil, data: "half")])
        #expect(!parser.isInsideEvent)
    }

    @Test("a name is for one event alone; other fields are passed over")
    func names() {
        let text = "event: a\nid: 7\nretry: 9\ndata\n\ndata: b\n\n"
        #expect(
            events(text, in: 5) == [
                ServerSentEvent(name: "a", data: ""), ServerSentEvent(name: nil, data: "b"),
            ])
    }
}
