import Foundation
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
                + "\(request.headers["x-a"] ?? "") \(request.client)"
            return .whole(Response(200, type: "text/plain", body: Array(text.utf8)))
        }
        let url = "http://127.0.0.1:\(server.port)"
        #expect(
            try await curl("\(url)/a%20b?x=%C3%A9&y", "-H", "X-A: 1")
                == "GET /a b x=é&y= 0 1 127.0.0.1")
        #expect(
            try await curl("\(url)/p", "-d", String(repeating: "z", count: 90_000))
                == "POST /p  90000  127.0.0.1")
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
