package import Postgres

/// What is remembered as vectors: schema `memory`.
package enum Memory {
    /// Makes a model known, with its own table; does nothing if it is known.
    package static func registerModel(
        name: String, dimensions: Int, pooling: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select memory.register_model(
                \(bind: name), \(bind: dimensions), \(bind: pooling))
            """)
    }

    /// The texts of snapshots; those that are gone are left out.
    package static func snapshotTexts(
        _ snapshots: [Int64], on connection: isolated Connection
    ) async throws(PostgresError) -> [EmbeddableText] {
        try await connection.query("select * from memory.snapshot_texts(\(bind: snapshots))")
            .decoded(EmbeddableText.init)
    }

    /// Stores one vector for each text, in place of an older one. Returns how many changed.
    package static func storeEmbeddings(
        model: String, source: String, tenant: Int32, texts: [EmbeddableText],
        vectors: [[Float]], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            select memory.store_embeddings(
                \(bind: model), \(bind: source), \(bind: tenant), \(bind: texts.map(\.source)),
                \(bind: texts.map(\.hash)), \(bind: vectors))
            """
        ).value()
    }
}

/// A text to embed, and what it is the text of.
package struct EmbeddableText: Sendable, Equatable {
    package let source: Int64
    package let text: String
    /// Of the text: a vector made of another text is out of date.
    package let hash: [UInt8]

    package init(source: Int64, text: String, hash: [UInt8]) {
        self.source = source
        self.text = text
        self.hash = hash
    }

    init(_ row: Row) throws(PostgresError) {
        source = try row.get("snapshot_id")
        text = try row.get("text_form")
        hash = try row.get("content_hash")
    }
}
