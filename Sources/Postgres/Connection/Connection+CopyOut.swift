internal import CPostgres
internal import Synchronization

/// Held by the stream of a COPY to the client: when it is gone, nobody reads on.
final class CopyOutToken: Sendable {
    enum Phase { case waiting, reading, ended }
    let phase = Mutex(Phase.waiting)

    struct Reference: Sendable {
        weak var token: CopyOutToken?
    }
}

extension Connection {
    /// Runs a `COPY ... TO STDOUT`: chunks of whole rows, about 64 kB each.
    ///
    /// It starts with the first chunk that is asked for and reads no further than that; the server
    /// waits for the reader. Whoever stops reading drops the stream: the next statement on the
    /// connection ends the COPY.
    package nonisolated func copyOut(_ sql: String) -> AsyncThrowingStream<[UInt8], any Error> {
        let token = CopyOutToken()
        return AsyncThrowingStream { try await self.nextChunk(of: sql, token) }
    }

    private static let chunkBytes = 64 * 1024

    private func nextChunk(
        of sql: String, _ token: CopyOutToken
    ) async throws(PostgresError) -> [UInt8]? {
        switch token.phase.withLock({ $0 }) {
        case .ended: return nil
        case .waiting:
            let handle = try ready()
            try start(sql, handle, expecting: PGRES_COPY_OUT, "COPY ... TO STDOUT")
            activity = .copyingOut(CopyOutToken.Reference(token: token))
            token.phase.withLock { $0 = .reading }
        case .reading: break
        }
        guard let handle, case .copyingOut(let reader) = activity, reader.token === token else {
            throw PostgresError(.closed, "the connection was closed during a COPY")
        }
        return try await interruptible(handle, nil) { connection throws(PostgresError) in
            try connection.readChunk(sql, handle, token)
        }
    }

    /// Waits for one row, then takes those that have arrived with it.
    private func readChunk(
        _ sql: String, _ handle: Handle, _ token: CopyOutToken
    ) throws(PostgresError) -> [UInt8]? {
        var chunk: [UInt8] = []
        while chunk.count < Self.chunkBytes {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(handle.connection, &row, chunk.isEmpty ? 0 : 1)
            if length == 0 { break }
            guard length > 0, let row else {
                // The end, or an error: the results that follow say which.
                activity = .none
                token.phase.withLock { $0 = .ended }
                _ = try finishCopy(sql, handle)
                return chunk.isEmpty ? nil : chunk
            }
            chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
            PQfreemem(row)
        }
        return chunk
    }

    /// Stops a COPY that nobody reads any more.
    func abandonCopyOut(_ handle: Handle) {
        activity = .none
        _ = interrupter.begin()
        interrupter.interrupt()
        handle.drainCopy()
        handle.drain()
        if !interrupter.finish() || !handle.isAlive { drop() }
    }
}
