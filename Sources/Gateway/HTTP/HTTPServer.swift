internal import CHTTPServer
internal import Glibc
import Synchronization

/// An HTTP/1.1 server: a request is answered at once on the thread of its connection, or is a task
/// that returns what to answer.
package final class HTTPServer: Sendable {
    package struct Settings: Sendable {
        /// Numeric, IPv4 or IPv6.
        package var address = "127.0.0.1"
        /// 0: any free one.
        package var port: UInt16 = 8000
        package var connections: UInt32 = 2000
        /// That read and write sockets, each for its connections.
        package var threads: UInt32 = 4
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

    /// Answers what takes no longer than a moment: the other connections of the thread wait for it.
    package typealias PromptHandler = @Sendable (Request) -> Response?
    package typealias Handler = @Sendable (Request) async -> Reply

    /// What the server's threads call with each request.
    private final class Receiver: Sendable {
        let prompt: PromptHandler
        let handler: Handler
        let streamBuffer: Int
        /// Tasks that have not answered yet, by number.
        let running = Mutex<(next: UInt64, tasks: [UInt64: Task<Void, Never>])>((0, [:]))

        init(
            _ prompt: @escaping PromptHandler, _ handler: @escaping Handler, streamBuffer: Int
        ) {
            self.prompt = prompt
            self.handler = handler
            self.streamBuffer = streamBuffer
        }

        func answerAtOnce(_ raw: OpaquePointer) -> Bool {
            guard let response = prompt(Request(raw)) else { return false }
            send(response, raw)
            return true
        }

        func receive(_ raw: OpaquePointer) {
            let request = Request(raw)
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
            case .whole(let response): send(response, pointer.raw)
            case .stream(let head, let write):
                let stream = withFields(head.headers) { fields in
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

        private func send(_ response: Response, _ raw: OpaquePointer) {
            withFields(response.headers) { fields in
                response.body.withUnsafeBufferPointer { body in
                    HTTPAnswer(
                        raw, UInt32(response.status), fields.baseAddress, fields.count,
                        body.baseAddress, body.count)
                }
            }
        }

        private func withFields<Result>(
            _ headers: [(name: String, value: String)],
            _ body: (UnsafeBufferPointer<HTTPField>) -> Result
        ) -> Result {
            let texts = headers.flatMap { [strdup($0.name), strdup($0.value)] }
            defer { for text in texts { free(text) } }
            let fields = stride(from: 0, to: texts.count, by: 2).map { place in
                HTTPField(name: texts[place], value: texts[place + 1])
            }
            return fields.withUnsafeBufferPointer(body)
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
    ///   - prompt: Asked first; nil leaves the request to `handler`.
    package init(
        _ settings: Settings, prompt: @escaping PromptHandler = { _ in nil },
        handler: @escaping Handler
    ) throws(StartError) {
        receiver = Receiver(prompt, handler, streamBuffer: settings.streamBuffer)
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
        plain.threads = settings.threads
        plain.connections = settings.connections
        plain.idle_seconds = settings.idleSeconds
        plain.body_limit = settings.bodyLimit
        plain.certificate = UnsafePointer(certificate)
        plain.private_key = UnsafePointer(key)
        // Given back when the server has stopped.
        plain.context = Unmanaged.passRetained(receiver).toOpaque()
        plain.answer_at_once = { context, request in
            guard let context, let request else { return false }
            return Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
                .answerAtOnce(request)
        }
        plain.handle = { context, request in
            guard let context, let request else { return }
            Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().receive(request)
        }
        return HTTPServerStart(&plain, &error, error.count)
    }

    /// Takes no new connections, lets what runs finish, cancels what does not within the limit, and
    /// ends. To be called once. Streams must have been told to end.
    package func stop(within limit: Duration) async {
        HTTPServerQuiesce(pointer.raw)
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, !tasks().isEmpty {
            // Cancelled: then there is no time to wait.
            do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
        }
        for task in tasks() { task.cancel() }
        for task in tasks() { await task.value }
        HTTPServerStop(pointer.raw)
        Unmanaged.passUnretained(receiver).release()
    }

    private func tasks() -> [Task<Void, Never>] {
        receiver.running.withLock { Array($0.tasks.values) }
    }
}
