internal import CHTTPServer
internal import Dispatch
internal import Glibc
import Synchronization

/// An HTTP/1.1 server: a request is answered on the thread of its connection, its lane, or is a task
/// that returns what to answer.
package final class HTTPServer: Sendable {
    package struct Settings: Sendable {
        /// Numeric, IPv4 or IPv6.
        package var address = "127.0.0.1"
        /// 0: any free one.
        package var port: UInt16 = 8000
        package var connections: UInt32 = 2000
        /// Threads that read and write sockets, each for its connections.
        package var lanes: UInt32 = 1
        package var idleSeconds: UInt32 = 30
        /// Bytes of a request's body.
        package var bodyLimit = 1 << 20
        /// Bytes that may wait for a slow reader of a stream.
        package var streamBuffer = 256 << 10
        /// PEM texts; both or none.
        package var certificate: String?
        package var privateKey: String?

        package init() {}
    }

    package struct StartError: Error, CustomStringConvertible {
        package let description: String
    }

    package typealias Handler = @Sendable (Request) async -> Reply

    /// What the lanes' threads call with each request.
    private final class Receiver: Sendable {
        let lanes: [Lane]
        let handler: Handler
        let streamBuffer: Int
        /// Tasks that have not answered yet, by number.
        let running = Mutex<(next: UInt64, tasks: [UInt64: Task<Void, Never>])>((0, [:]))

        init(_ lanes: [Lane], _ handler: @escaping Handler, streamBuffer: Int) {
            self.lanes = lanes
            self.handler = handler
            self.streamBuffer = streamBuffer
        }

        func receive(_ raw: OpaquePointer) {
            let request = Request(raw)
            let lane = Int(HTTPRequestLane(raw))
            if lanes.indices.contains(lane), lanes[lane].begin(request, raw) { return }
            start(request, raw)
        }

        func readable(_ lane: Int, _ token: UInt64) {
            guard lanes.indices.contains(lane) else { return }
            lanes[lane].readable(token, handOver: start)
        }

        func tick(_ lane: Int) {
            if lanes.indices.contains(lane) { lanes[lane].tick() }
        }

        private func start(_ request: Request, _ raw: OpaquePointer) {
            let pointer = BodyWriter.Pointer(raw: raw)
            // The server owns the tasks: `stop` cancels them and waits for each.
            running.withLock { running in
                let number = running.next
                running.next += 1
                running.tasks[number] = Task {
                    await answer(request, pointer)
                    self.running.withLock { _ = $0.tasks.removeValue(forKey: number) }
                }
            }
        }

        private func answer(_ request: Request, _ pointer: BodyWriter.Pointer) async {
            switch await handler(request) {
            case .whole(let response): HTTPServer.send(response, pointer.raw)
            case .stream(let head, let write):
                let stream = HTTPServer.withFields(head.headers) { fields in
                    HTTPStreamStart(
                        pointer.raw, UInt32(head.status), fields.baseAddress, fields.count,
                        streamBuffer)
                }
                guard let stream else { return }
                let writer = BodyWriter(pointer: BodyWriter.Pointer(raw: stream))
                await write(writer)
                HTTPStreamEnd(writer.pointer.raw)
            }
        }
    }

    static func send(_ response: Response, _ raw: OpaquePointer) {
        withFields(response.headers) { fields in
            response.body.withUnsafeBufferPointer { body in
                HTTPAnswer(
                    raw, UInt32(response.status), fields.baseAddress, fields.count,
                    body.baseAddress, body.count)
            }
        }
    }

    fileprivate static func withFields<Result>(
        _ headers: [(name: String, value: String)],
        _ body: (UnsafeBufferPointer<HTTPField>) -> Result
    ) -> Result {
        // All texts in one piece of memory; addresses only when it no longer grows.
        var texts: [UInt8] = []
        texts.reserveCapacity(headers.count * 64)
        var starts: [Int] = []
        starts.reserveCapacity(headers.count * 2)
        for (name, value) in headers {
            for text in [name, value] {
                starts.append(texts.count)
                texts.append(contentsOf: text.utf8)
                texts.append(0)
            }
        }
        return texts.withUnsafeBytes { texts in
            withUnsafeTemporaryAllocation(of: HTTPField.self, capacity: headers.count) { fields in
                guard let base = texts.baseAddress?.assumingMemoryBound(to: CChar.self) else {
                    return body(UnsafeBufferPointer(fields))
                }
                for place in 0..<headers.count {
                    fields.initializeElement(
                        at: place,
                        to: HTTPField(
                            name: base + starts[2 * place], value: base + starts[2 * place + 1]))
                }
                return body(UnsafeBufferPointer(fields))
            }
        }
    }

    private let receiver: Receiver
    private let pointer: BodyWriter.Pointer
    package let port: UInt16

    /// Begins to listen.
    ///
    /// - Throws: `StartError` with a sentence: the address is no address, the port is in use, ...
    ///
    /// - Parameters:
    ///   - lanes: Asked first, each on the thread of its lane: one a lane, or none.
    ///   - patience: How long an answer of a lane may take.
    package init(
        _ settings: Settings, lanes: [any LaneAnswerer] = [], patience: Duration = .seconds(40),
        handler: @escaping Handler
    ) throws(StartError) {
        receiver = Receiver(
            lanes.map { Lane($0, patience: patience) }, handler, streamBuffer: settings.streamBuffer
        )
        var error = [CChar](repeating: 0, count: 512)
        let started = Self.start(settings, receiver, &error)
        guard let started else {
            Unmanaged.passUnretained(receiver).release()
            throw StartError(
                description: String(
                    decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            )
        }
        pointer = BodyWriter.Pointer(raw: started)
        port = HTTPServerPort(started)
    }

    private static func start(
        _ settings: Settings, _ receiver: Receiver, _ error: inout [CChar]
    ) -> OpaquePointer? {
        let address = strdup(settings.address)
        let certificate = settings.certificate.map { strdup($0) } ?? nil
        let key = settings.privateKey.map { strdup($0) } ?? nil
        defer {
            free(address)
            free(certificate)
            free(key)
        }
        var plain = HTTPServerSettings()
        plain.address = UnsafePointer(address)
        plain.port = settings.port
        plain.lanes = max(settings.lanes, 1)
        plain.connections = settings.connections
        plain.idle_seconds = settings.idleSeconds
        plain.body_limit = settings.bodyLimit
        plain.certificate = UnsafePointer(certificate)
        plain.private_key = UnsafePointer(key)
        // Given back when the server has stopped.
        plain.context = Unmanaged.passRetained(receiver).toOpaque()
        plain.handle = { context, request in
            guard let context, let request else { return }
            Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().receive(request)
        }
        plain.readable = { context, lane, token in
            guard let context else { return }
            Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
                .readable(Int(lane), token)
        }
        plain.tick = { context, lane in
            guard let context else { return }
            Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().tick(Int(lane))
        }
        return HTTPServerStart(&plain, &error, error.count)
    }

    /// Takes no new connections, lets what runs finish, cancels what does not within the limit, and
    /// ends. To be called once. Streams must have been told to end.
    package func stop(within limit: Duration) async {
        HTTPServerQuiesce(pointer.raw)
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, isBusy() {
            // Cancelled: then there is no time to wait.
            do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
        }
        for lane in receiver.lanes { lane.end() }
        // Twice a second a lane looks whether it is to give up.
        while receiver.lanes.contains(where: { $0.pending > 0 }) {
            await Self.pause()
        }
        for task in tasks() { task.cancel() }
        for task in tasks() { await task.value }
        HTTPServerStop(pointer.raw)
        Unmanaged.passUnretained(receiver).release()
    }

    private func isBusy() -> Bool {
        !tasks().isEmpty || receiver.lanes.contains { $0.pending > 0 }
    }

    /// Also when the task is cancelled.
    private static func pause() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(10)) {
                continuation.resume()
            }
        }
    }

    private func tasks() -> [Task<Void, Never>] {
        receiver.running.withLock { Array($0.tasks.values) }
    }
}
