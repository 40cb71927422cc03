import Support
import Synchronization
import Testing

@testable import Providers

/// Against a server on the loopback; nothing asserts how long something took.
@Suite("HTTP client", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    private let client = HTTPClient()
    private let fake: FakeServer

    init() throws { fake = try FakeServer("models") }

    private func request(
        stream: Bool = false, limits: HTTPLimits = HTTPLimits()
    ) -> HTTPRequest {
        HTTPRequest(
            .post, fake.base + "/v1/chat/completions?secret=path",
            headers: ["content-type": "application/json", "authorization": "Bearer SECRET"],
            body: Array(#"{"model": "m", "messages": [], "stream": \#(stream)}"#.utf8),
            limits: limits)
    }

    @Test("sends method, headers and body, and brings status, headers and body back")
    func roundTrip() async throws {
        let answer = try await client.fetch(request())
        #expect(answer.status == 200)
        #expect(answer.headers["CONTENT-TYPE"] == "application/json")
        #expect(String(decoding: answer.body, as: UTF8.self).contains("pong"))
        let seen = try #require(try fake.requests().first)
        #expect(seen.method == "POST" && seen.headers["authorization"] == "Bearer SECRET")
        #expect(seen.headers["expect"] == nil)
        #expect(seen.body == #"{"messages":[],"model":"m","stream":false}"#)
    }

    @Test("a status is an answer, whatever it says")
    func status() async throws {
        try fake.script(#"{"fault": "status", "status": 529, "headers": {"retry-after": "3"}}"#)
        let answer = try await client.fetch(request())
        #expect(answer.status == 529 && answer.headers["Retry-After"] == "3")
    }

    @Test("a piece is there as soon as it came, while the service still sends")
    func pieces() async throws {
        try fake.script(#"{"fault": "stall", "text": "a long answer"}"#)
        let response = try await client.send(request(stream: true))
        var pieces = response.body.makeAsyncIterator()
        let first = try #require(try await pieces.next())
        #expect(String(decoding: first, as: UTF8.self).hasPrefix("data: "))
    }

    @Test("many requests at once share the loop")
    func concurrent() async throws {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { try await client.fetch(request()).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 40))
    }

    @Test(
        "what takes too long ends with an error that says which limit it was",
        arguments: [
            (#"{"fault": "hang"}"#, HTTPError.Code.firstByteTimeout),
            (#"{"fault": "stall", "text": "a long answer"}"#, .idleTimeout),
        ])
    func timeouts(step: String, code: HTTPError.Code) async throws {
        try fake.script(step)
        var limits = HTTPLimits()
        limits.firstByte = .milliseconds(200)
        limits.idle = .milliseconds(200)
        let error = await #expect(throws: HTTPError.self) {
            try await client.fetch(request(stream: true, limits: limits))
        }
        #expect(error?.code == code)
    }

    @Test("an answer that drips on for ever ends at the total limit")
    func total() async throws {
        let text = String(repeating: "long ", count: 400)
        try fake.script(#"{"fault": "drip", "pause": 0.05, "text": "\#(text)"}"#)
        var limits = HTTPLimits()
        limits.total = .milliseconds(300)
        let error = await #expect(throws: HTTPError.self) {
            try await client.fetch(request(stream: true, limits: limits))
        }
        #expect(error?.code == .totalTimeout)
    }

    @Test("an answer above the limit is refused, one below is not")
    func size() async throws {
        try fake.script(#"{"fault": "huge"}"#, #"{"fault": "huge"}"#)
        let error = await #expect(throws: HTTPError.self) { try await client.fetch(request()) }
        #expect(error?.code == .tooLarge)
        var limits = HTTPLimits()
        limits.bytes = 11 << 20
        #expect(try await client.fetch(request(limits: limits)).body.count == (10 << 20) + 12)
    }

    @Test("a reader that is slow stops the service, and loses nothing")
    func backPressure() async throws {
        try fake.script(#"{"fault": "huge"}"#)
        var limits = HTTPLimits()
        limits.bytes = 11 << 20
        limits.idle = .seconds(2)
        let response = try await client.send(request(limits: limits))
        // Longer than the idle limit: the wait is the reader's own.
        try await Task.sleep(for: .milliseconds(2_500))
        var count = 0
        for try await piece in response.body { count += piece.count }
        #expect(count == (10 << 20) + 12)
    }

    @Test("a cut stream is an error, after the pieces that came")
    func cut() async throws {
        try fake.script(#"{"fault": "cut", "text": "broken in the middle"}"#)
        let response = try await client.send(request(stream: true))
        var bytes: [UInt8] = []
        let error = await #expect(throws: HTTPError.self) {
            for try await piece in response.body { bytes += piece }
        }
        #expect(error?.code == .cut)
        #expect(String(decoding: bytes, as: UTF8.self).contains("broken"))
    }

    @Test("no answer at all is a cut")
    func closed() async throws {
        try fake.script(#"{"fault": "close"}"#)
        let error = await #expect(throws: HTTPError.self) { try await client.fetch(request()) }
        #expect(error?.code == .cut)
    }

    @Test("what must be sent once is not sent again by libcurl on a kept connection")
    func sentOnce() async throws {
        var request = request()
        request.isSentOnce = true
        _ = try await client.fetch(request)
        try fake.script(#"{"fault": "close"}"#)
        await #expect(throws: HTTPError.self) { try await client.fetch(request) }
        #expect(try fake.requests().count == 2)
    }

    @Test("nobody there is an error before sending")
    func refused() async throws {
        // Port 1 of the loopback: nobody listens.
        let error = await #expect(throws: HTTPError.self) {
            try await client.fetch(HTTPRequest(.get, "http://127.0.0.1:1/"))
        }
        #expect(error?.code == .connect && error?.isBeforeSending == true)
    }

    @Test("cancelling the task ends the wait for the head, and for a piece")
    func cancellation() async throws {
        try fake.script(#"{"fault": "hang"}"#, #"{"fault": "stall", "text": "a long answer"}"#)
        let head = Task { try await client.fetch(request()).status }
        while try fake.requests().isEmpty { await Task.yield() }
        head.cancel()
        let first = await #expect(throws: HTTPError.self) { try await head.value }
        #expect(first?.code == .cancelled)

        let response = try await client.send(request(stream: true))
        let rest = Task { try await response.body.collect() }
        rest.cancel()
        let second = await #expect(throws: HTTPError.self) { try await rest.value }
        #expect(second?.code == .cancelled)
        // The loop is as good as before.
        #expect(try await client.fetch(request()).status == 200)
    }

    @Test("a task that was cancelled before it asked never asks")
    func cancelledBefore() async throws {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.fetch(request()).status
        }
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try fake.requests().isEmpty)
    }

    @Test("a client that is gone answers whoever still waits")
    func gone() async throws {
        try fake.script(#"{"fault": "hang"}"#)
        var client: HTTPClient? = HTTPClient()
        let loop = try #require(client).transfers
        let task = Task { try await Transfer(request(), loop: loop).start().status }
        while try fake.requests().isEmpty { await Task.yield() }
        client = nil
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .closed)
    }

    @Test("a redirect is not followed: it would carry the key away")
    func redirect() async throws {
        try fake.script(
            #"{"fault": "status", "status": 302, "headers": {"location": "http://127.0.0.1:1/"}}"#)
        #expect(try await client.fetch(request()).status == 302)
    }

    @Test(
        "what cannot be a request is refused",
        arguments: [
            HTTPRequest(.get, "ftp://127.0.0.1/"), HTTPRequest(.get, "no address"),
            HTTPRequest(.get, "http://127.0.0.1/", headers: ["a": "b\r\nc: d"]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: ["a b": "c"]),
        ])
    func invalid(request: HTTPRequest) async throws {
        let error = await #expect(throws: HTTPError.self) { try await client.fetch(request) }
        #expect(error?.code == .invalidRequest)
    }

    @Test("nothing that is printed shows a key, a path or a body")
    func secrets() async throws {
        let request = HTTPRequest(
            .post, "https://user:SECRET@host.example:81/SECRET?k=SECRET",
            headers: ["x-api-key": "SECRET"], body: Array("SECRET".utf8))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped, "\(request.headers)"] {
            #expect(!text.contains("SECRET"), "\(text)")
        }
        #expect(request.origin == "https://host.example:81")
        try fake.script(#"{"fault": "close"}"#)
        let error = await #expect(throws: HTTPError.self) {
            try await client.fetch(self.request())
        }
        #expect(!String(reflecting: try #require(error)).contains("secret"))
    }
}
