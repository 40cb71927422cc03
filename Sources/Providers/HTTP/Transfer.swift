import Synchronization

/// One request on its way: the loop's thread writes, one task reads.
final class Transfer: Sendable {
    /// What a reader waits for.
    private enum Reader {
        case nobody
        case head(CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>)
        case piece(CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>)
    }

    private struct State {
        var head: (status: Int, headers: HTTPHeaders)?
        var pieces: [UInt8] = []
        var isPaused = false
        /// nil while it runs.
        var end: Result<Void, HTTPError>?
        var reader = Reader.nobody
    }

    /// More than this unread pauses the transfer.
    private static let highWater = 256 << 10

    let request: HTTPRequest
    private let state = Mutex(State())
    private let loop: CurlLoop

    init(_ request: HTTPRequest, loop: CurlLoop) {
        self.request = request
        self.loop = loop
    }

    // MARK: - The reader's side

    /// Starts the request and waits for the head of the answer.
    func start() async throws(HTTPError) -> HTTPResponse {
        let result: Result<HTTPResponse, HTTPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let end = state.withLock { state in
                    // Cancelled before it began.
                    if state.end == nil { state.reader = .head(continuation) }
                    return state.end
                }
                switch end {
                case .failure(let error): continuation.resume(returning: .failure(error))
                case nil, .success: loop.add(self)
                }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// The next piece of the body; nil at its end.
    func next() async throws(HTTPError) -> [UInt8]? {
        let result: Result<[UInt8]?, HTTPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in take(continuation) }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    private func take(_ continuation: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>) {
        let (ready, isResumed): (Result<[UInt8]?, HTTPError>?, Bool) = state.withLock { state in
            if !state.pieces.isEmpty {
                let pieces = state.pieces
                state.pieces = []
                let wasPaused = state.isPaused
                state.isPaused = false
                return (.success(pieces), wasPaused)
            }
            if let end = state.end { return (end.map { nil }, false) }
            state.reader = .piece(continuation)
            return (nil, false)
        }
        if isResumed { loop.resume(self) }
        if let ready { continuation.resume(returning: ready) }
    }

    /// Ends the transfer; one that has ended stays as it is.
    func cancel() {
        finish(.failure(error(.cancelled, "cancelled")))
        loop.remove(self)
    }

    // MARK: - The loop's side

    func arrived(status: Int, headers: HTTPHeaders) {
        let waiting = state.withLock {
            state -> CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>? in
            guard state.end == nil else { return nil }
            state.head = (status, headers)
            guard case .head(let continuation) = state.reader else { return nil }
            state.reader = .nobody
            return continuation
        }
        waiting?.resume(
            returning: .success(
                HTTPResponse(status: status, headers: headers, body: HTTPBody(self))))
    }

    /// - Returns: false if the piece must be offered again, after a pause.
    func arrived(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        let (isTaken, waiting, pieces) = state.withLock {
            state -> (Bool, CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>?, [UInt8]) in
            if state.end != nil { return (true, nil, []) }
            if state.pieces.count >= Self.highWater {
                state.isPaused = true
                return (false, nil, [])
            }
            if case .piece(let continuation) = state.reader {
                state.reader = .nobody
                return (true, continuation, Array(piece))
            }
            state.pieces.append(contentsOf: piece)
            return (true, nil, [])
        }
        waiting?.resume(returning: .success(pieces))
        return isTaken
    }

    func finish(_ end: Result<Void, HTTPError>) {
        let reader = state.withLock { state -> Reader in
            guard state.end == nil else { return .nobody }
            // What was cut off keeps the pieces before it: the reader gets them first.
            state.end = end
            let reader = state.reader
            state.reader = .nobody
            return reader
        }
        switch reader {
        case .nobody: break
        case .piece(let continuation): continuation.resume(returning: end.map { nil })
        case .head(let continuation):
            let failure = error(.cut, "the answer ended before its head")
            continuation.resume(returning: end.flatMap { .failure(failure) })
        }
    }

    func error(_ code: HTTPError.Code, _ message: String) -> HTTPError {
        HTTPError(code, request.origin, message)
    }
}
