import Foundation
import Support
import Testing

@testable import Providers

/// Against a server on the loopback that writes its frames itself; nothing asserts how long
/// something took.
@Suite("WebSocket", .timeLimit(.minutes(1)))
struct WebSocketTests {
    private let fake: FakeServer

    init() throws { fake = try FakeServer("market_stream") }

    private var url: String { "ws://127.0.0.1:\(fake.port)/public/ws" }
    private let hello = #"{"method": "SUBSCRIBE", "params": ["btcusdt@bookTicker"], "id": 1}"#
    private let welcome = #"{"result": null, "id": 1}"#

    private var quick: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.handshake = .seconds(2)
        limits.quiet = .milliseconds(150)
        limits.answer = .seconds(2)
        limits.close = .milliseconds(300)
        return limits
    }

    private func opened(_ limits: WebSocketLimits = WebSocketLimits()) async throws -> WebSocket {
        let socket = try await WebSocket.open(url, limits: limits)
        socket.send(hello)
        #expect(try await socket.next() == .text(welcome))
        return socket
    }

    @Test("texts go out masked and messages come in")
    func roundTrip() async throws {
        let socket = try await WebSocket.open(url, headers: ["user-agent": "bellwether"])
        socket.send(hello)
        #expect(try await socket.next() == .text(welcome))
        let long = String(repeating: "Größe ", count: 20_000)
        _ = try fake.ask(#"{"raw": "\#(long)"}"#)
        #expect(try await socket.next() == .text(long))
        let seen = try #require(try fake.requests().first)
        #expect(seen.headers["user-agent"] == "bellwether" && seen.path == "/public/ws")
        socket.close()
        #expect(try await socket.next() == nil)
        #expect(try fake.ask(#"{"state": true}"#).contains(#""closes": [1000]"#))
    }

    @Test(
        "a message in pieces with pings between, or byte by byte, is the same message",
        arguments: [
            "fragments", "drip",
        ])
    func pieces(fault: String) async throws {
        try fake.script(#"{"fault": "\#(fault)"}"#)
        let socket = try await opened()
        _ = try fake.ask(#"{"raw": "a text of some length"}"#)
        #expect(try await socket.next() == .text("a text of some length"))
        guard fault == "fragments" else { return }
        socket.send(hello)
        #expect(try await socket.next() == .text(welcome))
        #expect(try fake.ask(#"{"state": true}"#).contains(#""pongs": ["between", "between""#))
    }

    @Test(
        "what is no WebSocket is not opened",
        arguments: [
            (#""status", "status": 503"#, WebSocketError.Code.handshake, 503 as Int?),
            (#""accept""#, .handshake, nil), (#""plain""#, .handshake, nil),
            (#""hang""#, .handshake, nil), (#""extension""#, .handshake, nil),
            (#""close""#, .handshake, nil),
        ])
    func refused(fault: String, code: WebSocketError.Code, number: Int?) async throws {
        try fake.script(#"{"fault": \#(fault)}"#)
        let error = await #expect(throws: WebSocketError.self) {
            try await WebSocket.open(url, limits: quick)
        }
        #expect(error?.code == code && error?.number == number, "\(String(describing: error))")
    }

    @Test(
        "what RFC 6455 forbids ends it with the code that says why",
        arguments: [
            ("masked", 1002), ("reserved", 1002), ("opcode", 1002), ("longping", 1002),
            ("mixed", 1002), ("badclose", 1002), ("utf8", 1007), ("huge", 1009),
            ("hugeparts", 1009),
        ])
    func broken(fault: String, code: Int) async throws {
        try fake.script(#"{"fault": "\#(fault)"}"#)
        let socket = try await WebSocket.open(url)
        let error = await #expect(throws: WebSocketError.self) { try await socket.next() }
        #expect(error?.code == .broken && error?.number == code, "\(String(describing: error))")
        #expect(try fake.ask(#"{"state": true}"#).contains(#""closes": [\#(code)]"#))
    }

    @Test(
        "the service's close, a cut and silence are told apart",
        arguments: [
            (#"{"close": 1012}"#, WebSocketError.Code.closed, 1012 as Int?),
            (#"{"cut": true}"#, .cut, nil), (#"{"deaf": true}"#, .silent, nil),
        ])
    func ends(order: String, code: WebSocketError.Code, number: Int?) async throws {
        let socket = try await opened(quick)
        _ = try fake.ask(order)
        let error = await #expect(throws: WebSocketError.self) { try await socket.next() }
        #expect(error?.code == code && error?.number == number, "\(String(describing: error))")
    }

    @Test("a service that says nothing but answers pings is kept")
    func quiet() async throws {
        let socket = try await opened(quick)
        // Until it was asked three times whether it is there.
        while try (JSONValue(parsing: fake.ask(#"{"state": true}"#))["pings"]?.int ?? 0) < 3 {
            try await Task.sleep(for: .milliseconds(20))
        }
        _ = try fake.ask(#"{"raw": "still here"}"#)
        #expect(try await socket.next() == .text("still here"))
    }

    @Test("what nobody reads is left with the service, and nothing of it is lost")
    func unread() async throws {
        var limits = quick
        limits.unread = 10_000
        let socket = try await opened(limits)
        let text = String(repeating: "x", count: 4000)
        for number in 0..<50 { _ = try fake.ask(#"{"raw": "\#(number) \#(text)"}"#) }
        // Longer than the silence that would end it.
        try await Task.sleep(for: .milliseconds(2500))
        for number in 0..<50 { #expect(try await socket.next() == .text("\(number) \(text)")) }
    }

    @Test("cancelling the task that reads ends the wait, and the connection")
    func cancel() async throws {
        let socket = try await opened()
        let reader = Task { try await socket.next() }
        try await Task.sleep(for: .milliseconds(50))
        reader.cancel()
        let error = await #expect(throws: WebSocketError.self) { try await reader.value }
        #expect(error?.code == .cancelled)
        while !(try fake.ask(#"{"state": true}"#).contains(#""closes": [1000]"#)) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("TLS is spoken to those who are trusted, and to nobody else")
    func tls() async throws {
        let told = try JSONValue(parsing: fake.ask(#"{"tls": true}"#))
        let port = try #require(told["port"]?.int)
        let authority = try #require(told["authority"]?.string)
        let url = "wss://localhost:\(port)/public/ws"
        let socket = try await WebSocket.open(url, authorities: authority)
        socket.send(hello)
        #expect(try await socket.next() == .text(welcome))
        let long = String(repeating: "y", count: 200_000)
        _ = try fake.ask(#"{"raw": "\#(long)"}"#)
        #expect(try await socket.next() == .text(long))
        let error = await #expect(throws: WebSocketError.self) {
            try await WebSocket.open(url)
        }
        #expect(error?.code == .connect)
    }

    @Test("the fake is one that others understand", .vendorClients)
    func others() throws { try VendorClients.check("check_streams.py", "fake", String(fake.port)) }

    @Test("and others' server understands us", .vendorClients)
    func server() async throws {
        let server = try OtherServer()
        let socket = try await WebSocket.open("ws://127.0.0.1:\(server.port)/")
        for size in [0, 1, 125, 126, 65_535, 65_536, 300_000] {
            let text = String(repeating: "ü", count: size / 2) + (size % 2 == 1 ? "x" : "")
            socket.send(text)
            #expect(try await socket.next() == .text(text))
        }
        socket.send("pieces")
        #expect(try await socket.next() == .text("one message in pieces"))
        socket.send("ping")
        #expect(try await socket.next() == .text("ponged"))
        socket.send("bye")
        let error = await #expect(throws: WebSocketError.self) { try await socket.next() }
        #expect(error?.number == 1012 && error?.message == "closed with 1012: restarting")
        let polite = try await WebSocket.open("ws://127.0.0.1:\(server.port)/")
        polite.close()
        #expect(try await polite.next() == nil)
    }

    @Test(
        "an error shows where, and neither path nor key",
        arguments: [
            "wss://127.0.0.1:1/secret?key=secret", "http://x/secret", "ws://a b/secret",
        ])
    func secrets(url: String) async {
        let error = await #expect(throws: WebSocketError.self) { try await WebSocket.open(url) }
        #expect(error?.description.contains("secret") == false)
    }
}

/// PyPI's `websockets` as a server, which ends with this object.
private final class OtherServer {
    let port: Int
    private let process = Process()
    private let input = Pipe()

    init() throws {
        process.executableURL = URL(filePath: try #require(VendorClients.python))
        process.arguments = [
            FakeServer.folder.appending(path: "check_streams.py").path, "server",
        ]
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = ""
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
            line.unicodeScalars.append(Unicode.Scalar(byte))
        }
        port = try #require(Int(line), "it said: \(line)")
    }

    deinit { try? input.fileHandleForWriting.close() }
}
