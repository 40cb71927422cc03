import Foundation
import Glibc
package import Postgres
import Synchronization

/// A proxy on the loopback between a client and the test server's socket, which does to the
/// connections what networks do.
///
/// Each direction of a connection has a thread of its own, as it blocks on purpose.
package final class FaultyProxy: Sendable {
    /// What happens to the bytes that come from now on.
    package enum Weather: Sendable, Equatable {
        case fair
        /// Each piece arrives that much later.
        case slow(milliseconds: Int)
        /// One byte at a time.
        case dripping
        /// Nothing arrives in either direction, and nobody is told.
        case silent
        /// What the server answers does not arrive; what it is asked does.
        case deaf
        /// New connections are closed at once.
        case refusing
    }

    private struct State {
        var weather = Weather.fair
        var pairs: [ObjectIdentifier: Pair] = [:]
        var accepted = 0
        var isStopped = false
    }

    /// One connection through the proxy.
    private final class Pair: Sendable {
        let client: Int32
        let server: Int32
        private let open = Mutex(2)

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        /// One direction has ended. Returns whether both have, and the sockets are closed.
        func end() -> Bool {
            let isLast = open.withLock { open in
                open -= 1
                return open == 0
            }
            if isLast {
                close(client)
                close(server)
            }
            return isLast
        }

        /// The client gets a reset, the server a hang-up.
        func cut() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                client, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout.size(ofValue: linger)))
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        }

        /// The client reads an end and may still write, and the server hears nothing of it.
        func halfClose() {
            shutdown(client, Int32(SHUT_WR))
        }
    }

    package let port: UInt16
    private let listener: Int32
    private let path: String
    private let state = Mutex(State())

    package init() throws {
        guard let url = TestServer.url, let parts = URLComponents(string: url),
            let host = parts.queryItems?.first(where: { $0.name == "host" })?.value
        else { throw TestServerError("DATABASE_URL names no socket") }
        path = "\(host)/.s.PGSQL.5432"
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = listener
        let bound = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener, 64) == 0 else {
            throw TestServerError("the proxy cannot listen: errno \(errno)")
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(descriptor, address, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    /// The same database through the proxy.
    package func target(_ direct: ConnectionTarget) -> ConnectionTarget {
        direct.with("host", "127.0.0.1").with("port", String(port)).with("sslmode", "disable")
            .with("gssencmode", "disable")
    }

    package func set(_ weather: Weather) {
        state.withLock { $0.weather = weather }
    }

    /// How many connections have come so far.
    package var accepted: Int { state.withLock { $0.accepted } }

    /// Resets every connection there is.
    package func cut() {
        for pair in state.withLock({ Array($0.pairs.values) }) { pair.cut() }
    }

    package func halfClose() {
        for pair in state.withLock({ Array($0.pairs.values) }) { pair.halfClose() }
    }

    /// Ends all connections and takes no more.
    package func stop() {
        state.withLock { $0.isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0 { break }
            let weather = state.withLock { state in
                state.accepted += 1
                return state.isStopped ? Weather.refusing : state.weather
            }
            guard weather != .refusing, let server = connectToServer() else {
                close(client)
                continue
            }
            let pair = Pair(client: client, server: server)
            state.withLock { $0.pairs[ObjectIdentifier(pair)] = pair }
            Thread.detachNewThread { [self] in pump(pair, toServer: true) }
            Thread.detachNewThread { [self] in pump(pair, toServer: false) }
        }
        close(listener)
    }

    private func connectToServer() -> Int32? {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let connected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(server, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if connected == 0 { return server }
        close(server)
        return nil
    }

    private func pump(_ pair: Pair, toServer: Bool) {
        let (source, sink) = toServer ? (pair.client, pair.server) : (pair.server, pair.client)
        var bytes = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(source, &bytes, bytes.count)
            if count <= 0 || !pass(bytes[..<count], to: sink, toServer: toServer) { break }
        }
        shutdown(sink, Int32(SHUT_WR))
        if pair.end() {
            _ = state.withLock { $0.pairs.removeValue(forKey: ObjectIdentifier(pair)) }
        }
    }

    /// Returns false if the other side is gone.
    private func pass(_ bytes: ArraySlice<UInt8>, to sink: Int32, toServer: Bool) -> Bool {
        switch state.withLock({ $0.weather }) {
        case .fair, .refusing: return write(bytes, to: sink)
        case .slow(let milliseconds):
            usleep(UInt32(milliseconds) * 1000)
            return write(bytes, to: sink)
        case .dripping:
            return bytes.indices.allSatisfy { write(bytes[$0...$0], to: sink) }
        case .silent: return true
        case .deaf: return toServer ? write(bytes, to: sink) : true
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
