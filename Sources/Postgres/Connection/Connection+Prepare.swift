internal import CPostgres

extension Connection {
    /// The prepared statement of a text: from the cache, or parsed and described now.
    func prepared(
        _ sql: SQL, _ handle: Handle
    ) throws(PostgresError) -> StatementCache.Prepared {
        if let found = statements.find(sql.text) { return found }
        // Behind a pooler the next transaction may meet another session: parse and describe in one.
        guard target.isPooled, handle.transaction == PQTRANS_IDLE else {
            return try prepare(sql, target.isPooled ? "" : statements.newName(), handle)
        }
        try runScript("begin", handle)
        do {
            let statement = try prepare(sql, "", handle)
            try runScript("commit", handle)
            return statement
        } catch {
            if self.handle != nil { try runScript("rollback", handle) }
            throw error
        }
    }

    private func prepare(
        _ sql: SQL, _ name: String, _ handle: Handle
    ) throws(PostgresError) -> StatementCache.Prepared {
        _ = try checked(PQprepare(handle.connection, name, sql.text, 0, nil), sql, handle)
        let answer = try checked(PQdescribePrepared(handle.connection, name), sql, handle)
        let parameters = answer.parameterTypes
        let columns = 0..<answer.columnCount
        let results = columns.map { answer.type(column: $0) }
        try learnTypes(parameters + results, handle)
        let statement = StatementCache.Prepared(
            name: name, parameters: parameters.map(type),
            columns: Columns(
                names: columns.map { answer.name(column: $0) }, types: results.map(type)))
        if let evicted = statements.insert(statement, for: sql.text), !evicted.isEmpty {
            try runScript("deallocate \(evicted)", handle)
        }
        return statement
    }

    /// The type with this OID; known, as `learnTypes` was asked before.
    private func type(_ oid: UInt32) -> PostgresType {
        PostgresType.builtIn[oid] ?? types[oid]
            ?? PostgresType(oid: oid, kind: .other("oid \(oid)"))
    }

    /// Asks the catalog for types that are not built in: the extension's, enums, domains, arrays.
    private func learnTypes(_ oids: [UInt32], _ handle: Handle) throws(PostgresError) {
        var unknown = Set(oids.filter { PostgresType.builtIn[$0] == nil && types[$0] == nil })
        if unknown.isEmpty { return }
        let list = unknown.map(String.init).joined(separator: ",")
        // Built into the text as it is numbers only: preparing it would come back here.
        let question = """
            select oid, typname, typtype, typcategory, typelem, typbasetype
            from pg_catalog.pg_type where oid in (\(list))
            """
        let result = PQexecParams(handle.connection, question, 0, nil, nil, nil, nil, 0)
        let answer = try checked(result, SQL(unchecked: question), handle)
        let entries = (0..<answer.count).compactMap { CatalogEntry(answer, row: $0) }
        // What a type is made of must be known before it.
        try learnTypes(entries.compactMap(\.made), handle)
        for entry in entries {
            types[entry.oid] = PostgresType(oid: entry.oid, kind: kind(of: entry))
            unknown.remove(entry.oid)
        }
        for oid in unknown { types[oid] = PostgresType(oid: oid, kind: .other("oid \(oid)")) }
    }

    private func kind(of entry: CatalogEntry) -> PostgresType.Kind {
        switch (entry.name, entry.type, entry.category) {
        case ("vector", _, _): .vector
        case (_, "e", _): .text
        case (_, "d", _): entry.made.map { type($0).kind } ?? .other(entry.name)
        case (_, _, "A"): entry.made.map { .array(of: type($0)) } ?? .other(entry.name)
        case (_, _, "S"): .text
        case (let name, _, _): .other(name)
        }
    }
}

/// A row of pg_type.
private struct CatalogEntry {
    let oid: UInt32
    let name: String
    /// 'e' for enums, 'd' for domains.
    let type: String
    /// 'A' for arrays, 'S' for strings.
    let category: String
    /// The element of an array, the base of a domain.
    let made: UInt32?

    init?(_ answer: Answer, row: Int) {
        func field(_ column: Int) -> String { answer.bytes(row: row, column: column)?.text ?? "" }
        guard let oid = UInt32(field(0)) else { return nil }
        self.oid = oid
        name = field(1)
        type = field(2)
        category = field(3)
        let part = type == "d" ? field(5) : category == "A" ? field(4) : "0"
        made = UInt32(part).flatMap { $0 == 0 ? nil : $0 }
    }
}
