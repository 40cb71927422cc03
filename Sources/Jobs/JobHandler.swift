package import FoundationEssentials
package import Postgres
internal import Store

/// Does the jobs of one kind.
///
///     struct EmbedSnapshots: JobHandler {
///         let kind = "embed_snapshots"
///         func handle(_ job: Job) async throws -> Completion {
///             let request = try job.payload(as: Request.self)     // permanent failure if it is wrong
///             let texts = try await pool.withConnection { ... }    // read, and let the connection go
///             let vectors = try await model.embed(texts)           // wait for the outside
///             return Completion { connection in                    // written together with the ack
///                 try await Memory.store(vectors, on: connection)
///             }
///         }
///     }
///
/// A job may run more than once (a worker dies, a lease is lost), its completion is stored once.
/// Whatever a handler throws that is no `JobFailure` is tried again with the kind's growing waits.
package protocol JobHandler: Sendable {
    /// The name in `work.kind`.
    var kind: String { get }
    /// How many jobs of this kind one worker may run at a time; nil to share the worker's slots.
    var slots: Int? { get }

    /// - Throws: `JobFailure` to say what is to become of the job.
    func handle(_ job: Job) async throws -> Completion
}

extension JobHandler {
    package var slots: Int? { nil }
}

/// What a handler is to do.
package struct Job: Sendable, Equatable {
    package let id: Int64
    package let kind: String
    package let tenant: Int32
    package let payload: JSON
    /// The number of this attempt, from 1.
    package let attempt: Int
    package let maximumAttempts: Int
    package let enqueuedAt: Date
    /// Of the request that caused it; whatever the handler does for a tenant carries it too.
    package let trace: UUID?

    package init(
        id: Int64, kind: String, tenant: Int32 = 0, payload: JSON, attempt: Int = 1,
        maximumAttempts: Int = 1, enqueuedAt: Date = Date(timeIntervalSince1970: 0),
        trace: UUID? = nil
    ) {
        self.id = id
        self.kind = kind
        self.tenant = tenant
        self.payload = payload
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.enqueuedAt = enqueuedAt
        self.trace = trace
    }

    init(_ leased: LeasedJob) {
        self.init(
            id: leased.lease.job, kind: leased.kind, tenant: leased.tenant,
            payload: leased.payload, attempt: leased.attempt,
            maximumAttempts: leased.maximumAttempts, enqueuedAt: leased.enqueuedAt,
            trace: leased.trace)
    }

    /// The payload as a value.
    ///
    /// - Throws: `JobFailure.permanent`: another attempt would read the same.
    package func payload<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(JobFailure) -> Value {
        do {
            return try payload.decode(Value.self)
        } catch {
            throw .permanent("the payload of \(kind) is wrong: \(error.description)")
        }
    }
}

/// What is stored in the transaction that acknowledges the job: both, or neither.
package struct Completion: Sendable {
    let work: (@Sendable (isolated Connection) async throws -> Void)?

    /// - Parameter work: Runs with the job's tenant set. It may run again if the server asks for it
    ///   (serialisation failure), or the connection is lost, so it changes nothing but rows.
    package init(_ work: @escaping @Sendable (isolated Connection) async throws -> Void) {
        self.work = work
    }

    private init() {
        work = nil
    }

    /// Nothing to store but that the job is done.
    package static let nothing = Completion()
}
