import Jobs
import Postgres
import Providers
import Store

/// Embeds the text form of snapshots.
struct EmbedSnapshots: JobHandler {
    struct Request: Decodable, Equatable {
        let model: String
        let snapshotIDs: [Int64]

        private enum CodingKeys: String, CodingKey {
            case model
            case snapshotIDs = "snapshot_ids"
        }
    }

    let kind = "embed_snapshots"
    /// The encoder uses every core; the second job reads its texts meanwhile.
    let slots: Int? = 2
    let pool: Pool
    let model: any EmbeddingModel

    func handle(_ job: Job) async throws -> Completion {
        let request: Request = try job.payload()
        guard request.model == model.name else {
            throw JobFailure.retry("this worker has \(model.name), the job wants \(request.model)")
        }
        let texts = try await pool.withConnection { connection in
            try await Memory.snapshotTexts(request.snapshotIDs, on: connection)
        }
        let ordered = Self.byLength(texts)
        let vectors = try await model.embed(ordered.map(\.text))
        let (name, tenant) = (model.name, job.tenant)
        return Completion { connection in
            _ = try await Memory.storeEmbeddings(
                model: name, source: "snapshot", tenant: tenant, texts: ordered,
                vectors: vectors, on: connection)
        }
    }

    /// Texts of like length in one batch cost no padding.
    static func byLength(_ texts: [EmbeddableText]) -> [EmbeddableText] {
        texts.sorted { ($0.text.utf8.count, $0.source) < ($1.text.utf8.count, $1.source) }
    }
}
