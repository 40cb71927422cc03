import Dispatch
import Glibc
import Synchronization

/// JSON-RPC over plain TCP, on loopback only: the network's form is `POST /rpc`.
package final class RPCServer: Sendable {
    /// Bytes of one message.
    private static let messageLimit = 1 << 20
    /// Clients at a time.
    private static let clientLimit = 256
    /// A client that finishes no message, or takes no answer, for so long is sent away.
    package static let idleLimit = Duration.seconds(300)

    private let descriptor: Int32
    package let port: UInt16
    private let rpc: RPC
    private let idleLimit: Duration
    private let clients = Atomic(0)

    /// - Throws: `HTTPServer.StartError` if the port is taken.
    init(
        port: UInt16, rpc: RPC, idleLimit: Duration = RPCServer.idleLimit
    ) throws(HTTPServer.StartError) {
        self.rpc = rpc
        self.idleLimit = idleLimit
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, size) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, plain, &size) == 0
            }
        }
        guard bound else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw HTTPServer.StartError(
                description: "cannot listen on 127.0.0.1 port \(port) for JSON-RPC: \(reason)")
        }
        self.descriptor = descriptor
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// Serves until cancelled.
    package func run() async {
        let (sockets, sink) = AsyncStream.makeStream(of: Int32.self)
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        let listening = descriptor
        source.setEventHandler {
            let client = accept(listening, nil, nil)
            if client >= 0 { sink.yield(client) }
        }
        source.setCancelHandler { close(listening) }
        source.resume()
        await withDiscardingTaskGroup { group in
            for await client in sockets {
                guard clients.load(ordering: .relaxed) < Self.clientLimit else {
                    close(client)
                    continue
                }
                clients.add(1, ordering: .relaxed)
                group.addTask {
                    await self.serve(client)
                    self.clients.subtract(1, ordering: .relaxed)
                }
            }
            // Cancelled: the stream has ended.
            source.cancel()
            group.cancelAll()
        }
    }

    /// Serves one client until it goes, or is silent for too long.
    private func serve(_ client: Int32) async {
        let channel = Channel(client, DispatchQueue(label: "bellwether.rpc"))
        let silence = Silence(limit: idleLimit)
        await withTaskGroup { group in
            group.addTask {
                if await silence.isTooLong() { channel.close() }
            }
            await self.converse(channel, silence)
            channel.close()
            group.cancelAll()
        }
    }

    /// Answers a client's messages in their order.
    private func converse(_ channel: Channel, _ silence: Silence) async {
        var framing = RPCFraming(limit: Self.messageLimit)
        for await bytes in channel.bytes {
            for event in framing.read(bytes) {
                switch event {
                case .message(let message, let isFramed):
                    silence.ends()
                    let answer = await rpc.answer(message)
                    silence.begins()
                    guard let answer else { continue }
                    guard await channel.write(RPCFraming.frame(answer, isFramed: isFramed)) else {
                        return
                    }
                    silence.begins()
                case .tooLarge:
                    _ = await channel.write(
                        RPCFraming.frame(RPC.text(.tooLarge, id: .null), isFramed: false))
                    return
                }
            }
        }
    }
}

/// How long a client has done nothing. While it is being answered that is not its fault.
private final class Silence: Sendable {
    private let limit: Duration
    /// nil: the client waits for us.
    private let began: Mutex<ContinuousClock.Instant?>

    init(limit: Duration) {
        self.limit = limit
        began = Mutex(.now)
    }

    func begins() { began.withLock { $0 = .now } }
    func ends() { began.withLock { $0 = nil } }

    /// - Returns: true when the limit is reached, false when the task is cancelled.
    func isTooLong() async -> Bool {
        while !Task.isCancelled {
            let end = (began.withLock { $0 } ?? .now) + limit
            if end <= .now { return true }
            do {
                try await Task.sleep(until: end)
            } catch {
                return false
            }
        }
        return false
    }
}

/// A connected socket as a stream of bytes. All is done on its queue.
private struct Channel: Sendable {
    let bytes: AsyncStream<[UInt8]>
    private let io: DispatchIO
    private let queue: DispatchQueue

    init(_ descriptor: Int32, _ queue: DispatchQueue) {
        self.queue = queue
        io = DispatchIO(type: .stream, fileDescriptor: descriptor, queue: queue) { _ in
            Glibc.close(descriptor)
        }
        io.setLimit(lowWater: 1)
        let (bytes, sink) = AsyncStream.makeStream(of: [UInt8].self)
        self.bytes = bytes
        io.read(offset: 0, length: .max, queue: queue) { done, data, error in
            if let data, !data.isEmpty { sink.yield(Array(data)) }
            if done || error != 0 { sink.finish() }
        }
    }

    /// False if the client is gone.
    func write(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let data = bytes.withUnsafeBytes { DispatchData(bytes: $0) }
            io.write(offset: 0, data: data, queue: queue) { done, _, error in
                if done { continuation.resume(returning: error == 0) }
            }
        }
    }

    func close() {
        io.close(flags: .stop)
    }
}
