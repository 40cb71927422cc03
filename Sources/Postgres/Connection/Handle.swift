internal import CPostgres
internal import Synchronization

/// Owns one PGconn.
///
/// It is used on its connection's executor only; what other threads may do to it is in
/// `Interrupter`.
final class Handle: @unchecked Sendable {
    let connection: OpaquePointer
    private let notices: NoticeSink
    /// Set once the session stands; until then there is nothing to interrupt.
    private(set) var interrupter: Interrupter?

    init(_ connection: OpaquePointer, onNotice: (@Sendable (PostgresNotice) -> Void)?) {
        self.connection = connection
        notices = NoticeSink(onNotice)
        PQsetNoticeReceiver(connection, receiveNotice, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit {
        interrupter?.close()
        PQfinish(connection)
    }

    var isAlive: Bool { PQstatus(connection) == CONNECTION_OK }
    var hasFailed: Bool { PQstatus(connection) == CONNECTION_BAD }
    var socket: Int32 { PQsocket(connection) }
    var complaint: String { String(cString: PQerrorMessage(connection)) }
    /// Whether a transaction is open, and whether it has failed.
    var transaction: PGTransactionStatusType { PQtransactionStatus(connection) }

    /// What the server said when it ended the session, if libpq took that for a notice.
    var lastWords: PostgresError? { notices.lastWords.withLock { $0 } }

    /// The handshake is done.
    func established() -> Interrupter {
        let interrupter = Interrupter(connection)
        self.interrupter = interrupter
        return interrupter
    }

    /// Reads and throws away what is left of the answers to a statement.
    func drain() {
        while let rest = PQgetResult(connection) {
            let status = PQresultStatus(rest)
            PQclear(rest)
            if status == PGRES_COPY_IN || status == PGRES_COPY_BOTH {
                _ = PQputCopyEnd(connection, "the client gave up")
            } else if status == PGRES_COPY_OUT {
                drainCopy()
            }
            if hasFailed { return }
        }
    }

    /// Reads a COPY to its end without keeping it.
    func drainCopy() {
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(connection, &row, 0) > 0 { PQfreemem(row) }
    }
}

/// What the C callback is given: the hook of the target.
private final class NoticeSink: Sendable {
    let onNotice: (@Sendable (PostgresNotice) -> Void)?
    let lastWords = Mutex<PostgresError?>(nil)

    init(_ onNotice: (@Sendable (PostgresNotice) -> Void)?) {
        self.onNotice = onNotice
    }
}

/// libpq's default would print to standard error.
private func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let context, let result else { return }
    let sink = Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue()
    func field(_ code: Int32) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }
    let severity = field(PostgresError.Field.severity) ?? "NOTICE"
    if severity == "FATAL" || severity == "PANIC" {
        let error = PostgresError(
            .connection, field(PostgresError.Field.message) ?? "the server ended the session",
            sqlState: field(PostgresError.Field.sqlState),
            detail: field(PostgresError.Field.detail), hint: field(PostgresError.Field.hint))
        return sink.lastWords.withLock { $0 = error }
    }
    sink.onNotice?(
        PostgresNotice(
            severity: severity,
            message: field(PostgresError.Field.message) ?? "",
            sqlState: field(PostgresError.Field.sqlState),
            detail: field(PostgresError.Field.detail),
            hint: field(PostgresError.Field.hint)))
}
