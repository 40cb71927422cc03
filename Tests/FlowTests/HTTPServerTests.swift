import Foundation
import Glibc
import Support
import Testing

@testable import Gateway

/// The server on a real socket, asked by curl.
@Suite("HTTP server") struct HTTPServerTests {
    private func curl(_ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        process.arguments = ["-sS", "-m", "10"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private func settings() -> HTTPServer.Settings {
        var settings = HTTPServer.Settings()
        settings.port = 0
        settings.bodyLimit = 100_000
        return settings
    }

    @Test("hands over whole requests and sends whole answers")
    func whole() async throws {
        let server = try HTTPServer(settings()) { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            let text =
                "\(request.method) \(request.path) \(query) \(request.body.count) "
                + "\(request.headers["x-a"] ?? "")"
            return .whole(Response(200, type: "text/plain", body: Array(text.utf8)))
        }
        let url = "http://127.0.0.1:\(server.port)"
        #expect(
            try await curl("\(url)/a%20b?x=%C3%A9&y", "-H", "X-A: 1")
                == "GET /a b x=é&y= 0 1")
        #expect(
            try await curl("\(url)/p", "-d", String(repeating: "z", count: 90_000))
                == "POST /p  90000 ")
        await server.stop(within: .seconds(1))
    }

    @Test("refuses a body that is too long, announced or not")
    func tooLong() async throws {
        let server = try HTTPServer(settings()) { request in
            .whole(Response(request.isTooLong ? 413 : 200))
        }
        let file = FileManager.default.temporaryDirectory.appending(
            path: "long-\(UUID().uuidString)")
        try Data(repeating: 120, count: 150_000).write(to: file)
        let url = "http://127.0.0.1:\(server.port)/"
        for extra in ["Content-Type: text/plain", "Transfer-Encoding: chunked"] {
            let status = try await curl(
                "-o", "/dev/null", "-w", "%{http_code}", "-H", extra, "-H", "Expect:",
                "--data-binary", "@\(file.path)", url)
            #expect(status == "413", "\(extra)")
        }
        try FileManager.default.removeItem(at: file)
        await server.stop(within: .seconds(1))
    }

    @Test(
        "sends away who takes too long to ask, and answers the others meanwhile",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n",
        ])
    func slow(head: String) async throws {
        var settings = settings()
        settings.idleSeconds = 1
        let server = try HTTPServer(settings) { _ in
            .whole(Response(200, body: Array("well".utf8)))
        }
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(client, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        func tell(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBytes { bytes in
                send(client, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) > 0
            }
        }
        // Never silent for the second that the server allows.
        var isOpen = tell(head)
        var bytes = 0
        while isOpen, bytes < 200 {
            try await Task.sleep(for: .milliseconds(200))
            isOpen = tell("x")
            bytes += 1
            if bytes == 3 { #expect(try await curl("http://127.0.0.1:\(server.port)/") == "well") }
        }
        #expect(!isOpen)
        await server.stop(within: .seconds(1))
    }

    @Test("streams until the writer ends, and tells it that a client has gone")
    func streams() async throws {
        let (gone, tell) = AsyncStream.makeStream(of: Bool.self)
        let server = try HTTPServer(settings()) { request in
            .stream(Response(200, type: "text/event-stream")) { writer in
                if request.path == "/three" {
                    for number in 1...3 { _ = writer.write("data: \(number)\n\n") }
                    return
                }
                while writer.write(": here\n\n") {
                    do { try await Task.sleep(for: .milliseconds(10)) } catch { return }
                }
                tell.yield(true)
            }
        }
        let url = "http://127.0.0.1:\(server.port)"
        #expect(try await curl("-N", "\(url)/three") == "data: 1\n\ndata: 2\n\ndata: 3\n\n")
        _ = try await curl("-N", "-m", "1", "\(url)/endless")
        for await _ in gone { break }
        await server.stop(within: .seconds(1))
    }

    @Test("says why it cannot listen")
    func cannotListen() async throws {
        let first = try HTTPServer(settings()) { _ in .whole(Response(200)) }
        var taken = settings()
        taken.port = first.port
        #expect(throws: HTTPServer.StartError.self) {
            try HTTPServer(taken) { _ in .whole(Response(200)) }
        }
        var wrong = settings()
        wrong.address = "localhost"
        #expect(throws: HTTPServer.StartError.self) {
            try HTTPServer(wrong) { _ in .whole(Response(200)) }
        }
        await first.stop(within: .seconds(1))
    }

    @Test("stops with requests and streams at work")
    func stops() async throws {
        let server = try HTTPServer(settings()) { _ in
            .stream(Response(200)) { writer in
                while writer.write("x") {
                    do { try await Task.sleep(for: .milliseconds(10)) } catch { return }
                }
            }
        }
        let url = "http://127.0.0.1:\(server.port)/"
        let asking = Task { try await curl("-N", url) }
        try await Task.sleep(for: .milliseconds(200))
        await server.stop(within: .milliseconds(100))
        #expect(try await asking.value.hasPrefix("x"))
    }
}
