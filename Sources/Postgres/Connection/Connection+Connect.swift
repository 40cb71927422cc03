internal import CPostgres
internal import Glibc

extension Connection {
    /// Opens a session.
    ///
    /// - Throws: `.connection` with one sentence that says where, why and what to do;
    ///   `.timeout` after the target's `connectTimeout`; `.cancelled`.
    package static func connect(
        _ target: ConnectionTarget
    ) async throws(PostgresError) -> Connection {
        let executor = SerialQueueExecutor(label: "bellwether.postgres")
        return try await Connector(executor: executor).connect(target)
    }
}

/// Does the handshake on the executor that the connection will have, as it waits in poll(2).
private actor Connector {
    let executor: SerialQueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How often a wait looks whether the task was cancelled, in milliseconds.
    private static let slice: Int32 = 50

    init(executor: SerialQueueExecutor) {
        self.executor = executor
    }

    func connect(_ target: ConnectionTarget) throws(PostgresError) -> Connection {
        guard let connection = start(target.options) else {
            throw PostgresError(.connection, "there is no memory for a connection")
        }
        let handle = Handle(connection, onNotice: target.onNotice)
        guard !handle.hasFailed else {
            throw PostgresError(connection: handle.complaint, target: target)
        }
        let deadline = ContinuousClock.now + target.connectTimeout
        var wanted = PGRES_POLLING_WRITING
        while wanted != PGRES_POLLING_OK {
            if wanted == PGRES_POLLING_FAILED {
                throw PostgresError(connection: handle.complaint, target: target)
            }
            try wait(handle.socket, for: wanted, until: deadline, target)
            wanted = PQconnectPoll(connection)
        }
        return Connection(handle: handle, target: target, executor: executor)
    }

    private func start(_ options: [String: String]) -> OpaquePointer? {
        let keywords = options.keys.map { strdup($0) }
        let values = options.values.map { strdup($0) }
        defer {
            for copy in keywords + values { free(copy) }
        }
        return PQconnectStartParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
    }

    private func wait(
        _ socket: Int32, for wanted: PostgresPollingStatusType,
        until deadline: ContinuousClock.Instant,
        _ target: ConnectionTarget
    ) throws(PostgresError) {
        let events = Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
        var descriptor = pollfd(fd: socket, events: events, revents: 0)
        while poll(&descriptor, 1, Self.slice) <= 0 {
            if Task.isCancelled {
                throw PostgresError(.cancelled, "connecting was cancelled")
            }
            if ContinuousClock.now >= deadline {
                throw PostgresError(
                    .timeout,
                    "cannot connect to \(target): no answer within \(target.connectTimeout)",
                    hint: "Is the host right, and does a firewall let it through?")
            }
        }
    }
}
