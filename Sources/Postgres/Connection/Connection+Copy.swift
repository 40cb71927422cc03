internal import CPostgres

extension Connection {
    /// Sends a `COPY ... FROM STDIN`: chunks of any size, in the text, CSV or binary form it names.
    ///
    /// The next chunk is asked for when the last one has been taken by the socket. If the sequence
    /// throws, or the task is cancelled, nothing is stored.
    ///
    /// - Returns: How many rows were stored.
    /// - Throws: What the sequence throws; `.server` with the line in `where` if a row is refused.
    package func copyIn<Chunks: AsyncSequence & Sendable>(
        _ sql: String, _ chunks: Chunks
    ) async throws -> Int where Chunks.Element == [UInt8] {
        let handle = try startCopyIn(sql)
        do {
            for try await chunk in chunks {
                try Task.checkCancellation()
                try await put(chunk, sql, handle)
            }
            try Task.checkCancellation()
        } catch {
            try refuseCopyIn(sql, handle, because: error)
            throw error
        }
        return try endCopyIn(sql, handle)
    }

    /// As above for chunks that are at hand.
    package func copyIn(
        _ sql: String, _ chunks: some Sequence<[UInt8]> & Sendable
    ) async throws(PostgresError) -> Int {
        let handle = try startCopyIn(sql)
        for chunk in chunks { try await put(chunk, sql, handle) }
        return try endCopyIn(sql, handle)
    }

    private func startCopyIn(_ sql: String) throws(PostgresError) -> Handle {
        let handle = try ready()
        try start(sql, handle, expecting: PGRES_COPY_IN, "COPY ... FROM STDIN")
        activity = .copyingIn
        return handle
    }

    private func put(
        _ chunk: [UInt8], _ sql: String, _ handle: Handle
    ) async throws(PostgresError) {
        guard handle === self.handle else {
            throw PostgresError(.closed, "the connection was closed during a COPY")
        }
        try await interruptible(handle, nil) { connection throws(PostgresError) in
            let sent = chunk.withUnsafeBytes { bytes in
                PQputCopyData(
                    handle.connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(clamping: bytes.count))
            }
            if sent == 1 { return }
            // The server may have said why before it closed.
            connection.activity = .none
            if let result = PQgetResult(handle.connection) {
                _ = try connection.checked(result, connection.copied(sql), handle)
            }
            throw connection.broken(handle)
        }
    }

    private func endCopyIn(_ sql: String, _ handle: Handle) throws(PostgresError) -> Int {
        activity = .none
        guard PQputCopyEnd(handle.connection, nil) == 1 else { throw broken(handle) }
        let answer = try finishCopy(sql, handle)
        return answer.affected
    }

    private func refuseCopyIn(
        _ sql: String, _ handle: Handle, because reason: any Error
    ) throws(PostgresError) {
        guard handle === self.handle, case .copyingIn = activity else { return }
        activity = .none
        _ = PQputCopyEnd(handle.connection, "the client gave up")
        do {
            _ = try finishCopy(sql, handle)
        } catch  where error.sqlState == "57014" {
            // What the server says to our own refusal; `reason` goes to the caller.
        }
    }

    /// Starts a COPY of any direction.
    func start(
        _ sql: String, _ handle: Handle, expecting wanted: ExecStatusType, _ form: String
    ) throws(PostgresError) {
        guard let result = PQexec(handle.connection, sql) else { throw broken(handle) }
        if PQresultStatus(result) == wanted { return PQclear(result) }
        _ = try checked(result, copied(sql), handle)
        throw PostgresError(.protocol, "the statement is no \(form)")
    }

    /// The answers after the data: the count, or why it was refused.
    func finishCopy(_ sql: String, _ handle: Handle) throws(PostgresError) -> Answer {
        guard let result = PQgetResult(handle.connection) else { throw broken(handle) }
        defer { handle.drain() }
        return try checked(result, copied(sql), handle)
    }

    private func copied(_ sql: String) -> SQL { SQL(unchecked: sql) }
}
