import Testing

@testable import Providers

/// Bytes and moments in, acts out: no socket and no clock.
@Suite("WebSocket's life")
struct WebSocketTalkTests {
    private let start = ContinuousClock.now
    private let handshake = WebSocketHandshake(
        url: "wss://stream.example:9443/v2/iex?a=b#c", headers: ["user-agent": "bellwether"],
        nonce: Array("the sample nonce".utf8))

    private func talk() -> WebSocketTalk {
        WebSocketTalk(handshake, limits: WebSocketLimits(), now: start) { 0 }
    }

    private func answer(_ accept: String? = nil, _ more: String = "") -> [UInt8] {
        Array(
            """
            HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r
            Sec-WebSocket-Accept: \(accept ?? handshake.accept)\r\n\(more)\r\n
            """.utf8)
    }

    private func opened() -> WebSocketTalk {
        var talk = talk()
        _ = talk.received(answer(), at: start)
        return talk
    }

    private func end(_ acts: [WebSocketTalk.Act]) -> WebSocketError? {
        if case .end(let error) = acts.last { error } else { nil }
    }

    @Test("the example of RFC 6455, section 1.3")
    func greeting() {
        #expect(handshake.key == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(handshake.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let text = String(decoding: handshake.request, as: UTF8.self)
        #expect(text.hasPrefix("GET /v2/iex?a=b HTTP/1.1\r\nHost: stream.example:9443\r\n"))
        #expect(text.contains("\r\nuser-agent: bellwether\r\n") && text.hasSuffix("\r\n\r\n"))
        #expect(handshake.curlURL.hasPrefix("https://stream.example"))
        #expect(handshake.origin == "wss://stream.example:9443")
    }

    @Test(
        "an answer that does not open it ends it",
        arguments: [
            "HTTP/1.1 200 OK\r\n\r\n", "SSH-2.0-x\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Extensions: x\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        ])
    func refused(text: String) {
        var talk = talk()
        #expect(end(talk.received(Array(text.utf8), at: start))?.code == .handshake)
    }

    @Test("an answer whose head has no end is not waited for")
    func endless() {
        var talk = talk()
        let head = "HTTP/1.1 101 x\r\n" + String(repeating: "a: b\r\n", count: 4000)
        #expect(end(talk.received(Array(head.utf8), at: start))?.code == .handshake)
    }

    @Test("the answer may come byte by byte, and the first message with its last byte")
    func pieces() {
        var talk = talk()
        let bytes = answer() + [0x81, 0x02, 0x68, 0x69]
        var acts: [WebSocketTalk.Act] = []
        for byte in bytes { acts += talk.received([byte], at: start) }
        #expect(acts == [.opened, .deliver(.text("hi"))])
        var whole = self.talk()
        #expect(whole.received(bytes, at: start) == acts)
    }

    @Test("a ping is answered with what it said")
    func ping() {
        var talk = opened()
        let acts = talk.received([0x89, 0x02, 0x68, 0x69], at: start)
        #expect(acts == [.send([0x8A, 0x82, 0, 0, 0, 0, 0x68, 0x69])])
    }

    @Test("a close is answered with its code; our own waits for theirs, but not for ever")
    func close() {
        var talk = opened()
        let acts = talk.received([0x88, 0x02, 0x03, 0xF4], at: start)
        #expect(acts.first == .send([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xF4]))
        #expect(end(acts)?.code == .closed && end(acts)?.number == 1012)

        var ours = opened()
        #expect(ours.close(at: start) == [.send([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])])
        #expect(ours.received([0x81, 0x01, 0x68], at: start).isEmpty, "nothing is read any more")
        #expect(ours.received([0x88, 0x02, 0x03, 0xE8], at: start) == [.end(nil)])

        var alone = opened()
        _ = alone.close(at: start)
        #expect(alone.tick(start + .seconds(2)).isEmpty)
        #expect(alone.tick(start + .seconds(3)) == [.end(nil)])
    }

    @Test("what is broken is closed with its code, then ends with the reason")
    func broken() {
        var talk = opened()
        let acts = talk.received([0x83, 0x00], at: start)
        guard case .send(let bytes) = acts.first else { return #expect(Bool(false), "\(acts)") }
        #expect(acts.count == 1 && bytes[0] == 0x88 && bytes[6...7] == [0x03, 0xEA])
        #expect(end(talk.cut())?.code == .broken)
    }

    @Test("silence is asked about, then ended; a word, a pong or our own pause ends the doubt")
    func silence() {
        var talk = opened()
        #expect(talk.tick(start + .seconds(19)).isEmpty)
        #expect(talk.tick(start + .seconds(20)) == [.send([0x89, 0x80, 0, 0, 0, 0])])
        #expect(talk.deadline == start + .seconds(30))
        var answered = talk
        #expect(end(talk.tick(start + .seconds(30)))?.code == .silent)

        #expect(answered.received([0x8A, 0x00], at: start + .seconds(25)).isEmpty)
        #expect(answered.tick(start + .seconds(30)).isEmpty)
        #expect(answered.tick(start + .seconds(45)).count == 1)
        #expect(answered.tick(start + .seconds(60), isReading: false).isEmpty)
        #expect(answered.tick(start + .seconds(79)).isEmpty)
    }

    @Test("a connection that ends without a word is cut")
    func cut() {
        var talk = opened()
        #expect(end(talk.cut())?.code == .cut)
        var early = self.talk()
        #expect(end(early.cut())?.code == .handshake)
        var slow = self.talk()
        #expect(end(slow.tick(start + .seconds(10)))?.code == .handshake)
    }
}
