import Dispatch
import Glibc
import Synchronization

/// JSON-RPC over plain TCP, on loopback only: the network's form is `POST /rpc`.
package final class RPCServer: Sendable {
    /// Bytes of one message.
    private static let messageLimit = 1 << 20
    /// Clients at a time.
    private static let clientLimit = 256
    /// A client that says nothing for so long is sent away.
    private static let idle = Duration.seconds(300)

    private let descriptor: Int32
    package let port: UInt16
    private let rpc: RPC
    private let clients = Atomic(0)

    /// - Throws: `HTTPServer.StartError` if the port is taken.
    init(port: UInt16, rpc: RPC) throws(HTTPServer.StartError) {
        self.rpc = rpc
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

    /// Answers one client's messages in their order.
    private func serve(_ client: Int32) async {
        let queue = DispatchQueue(label: "bellwether.rpc")
        let channel = Channel(client, queue)
        var framing = RPCFraming(limit: Self.messageLimit)
        for await bytes in channel.bytes {
            for event in framing.read(bytes) {
                switch event {
                case .message(let message, let isFramed):
                    guard let answer = await rpc.answer(message) else { continue }
                    guard await channel.write(RPCFraming.frame(answer, isFramed: isFramed)) else {
                        return channel.close()
                    }
                case .tooLarge:
                    _ = await channel.write(
                        RPCFraming.frame(RPC.text(.tooLarge, id: .null), isFramed: false))
                    return channel.close()
                }
            }
        }
        channel.close()
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
