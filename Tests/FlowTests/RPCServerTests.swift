import Foundation
import Synchronization
import Testing

@testable import Gateway

/// JSON-RPC on a real socket.
@Suite("JSON-RPC server") struct RPCServerTests {
    /// A client whose reads block, so it runs on a thread of its own.
    private final class Client: @unchecked Sendable {
        private let descriptor: Int32

        init(port: UInt16) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            // A server that never closes fails the test instead of holding it up.
            var limit = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(connected == 0)
        }

        deinit { close(descriptor) }

        func say(_ text: String) {
            _ = text.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        }

        /// What comes until the server closes the connection; nil if it does not.
        func rest() async -> String? {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [self] in
                    var bytes: [UInt8] = []
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    while true {
                        let count = recv(descriptor, &buffer, buffer.count, 0)
                        guard count > 0 else {
                            let text = String(decoding: bytes, as: UTF8.self)
                            return continuation.resume(returning: count == 0 ? text : nil)
                        }
                        bytes += buffer[..<count]
                    }
                }
            }
        }
    }

    private func withServer(
        idleLimit: Duration, _ body: (UInt16) async throws -> Void
    ) async throws {
        let rpc = RPC { _, _, _ in
            // Longer than the limit: that is not the client's silence.
            try await Task.sleep(for: .milliseconds(400))
            return "true"
        }
        let server = try RPCServer(port: 0, rpc: rpc, idleLimit: idleLimit)
        let running = Task { await server.run() }
        try await body(server.port)
        running.cancel()
        await running.value
    }

    @Test(
        "sends away who says nothing, or never finishes a message",
        arguments: ["", "{\"jsonrpc\":", "Content-Length: 100\r\n\r\n{"])
    func silent(start: String) async throws {
        try await withServer(idleLimit: .milliseconds(200)) { port in
            let client = try Client(port: port)
            client.say(start)
            #expect(await client.rest() == "")
        }
    }

    @Test("answers whoever asked in time, and waits for the answer itself")
    func inTime() async throws {
        try await withServer(idleLimit: .milliseconds(200)) { port in
            let client = try Client(port: port)
            client.say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"slow\"}\n")
            #expect(
                await client.rest() == "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}\n")
        }
    }
}
