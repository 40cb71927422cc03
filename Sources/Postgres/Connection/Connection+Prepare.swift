internal import CPostgres

extension Connection {
    /// The prepared statement of a text: from the cache, or parsed and described now.
    func prepared(
        _ sql: SQL, _ handle: Handle
    ) throws(PostgresError) -> StatementCache.Prepared {
        if let found = statements.find(sql.text) { return found }
        let name = statements.newName()
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
        if let evicted = statements.insert(statement, for: sql.text) {
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
        let unknown = Set(oids).filter { PostgresType.builtIn[$0] == nil && types[$0] == nil }
        if unknown.isEmpty { return }
        let list = unknown.map(String.init).joined(separator: ",")
        // Built into the text as it is numbers only: preparing it would come back here.
        let question = """
            select t.oid, t.typname::text, t.typtype::text, t.typcategory::text, t.typelem,
                coalesce(e.typname::text, ''), coalesce(e.typtype::text, ''),
                coalesce(e.typcategory::text, '')
            from pg_catalog.pg_type as t left join pg_catalog.pg_type as e
                on e.oid = t.typelem and t.typcategory = 'A'
            where t.oid in (\(list))
            """
        let result = PQexecParams(handle.connection, question, 0, nil, nil, nil, nil, 0)
        let answer = try checked(result, SQL(unchecked: question), handle)
        for row in 0..<answer.count {
            let fields = (0..<8).map { answer.bytes(row: row, column: $0)?.text ?? "" }
            guard let oid = UInt32(fields[0]), let element = UInt32(fields[4]) else { continue }
            types[oid] = Self.type(oid, fields[1...3], element, fields[5...7])
        }
    }

    private static func type(
        _ oid: UInt32, _ own: ArraySlice<String>, _ element: UInt32, _ of: ArraySlice<String>
    ) -> PostgresType {
        if own.last == "A" {
            let inner =
                PostgresType.builtIn[element]
                ?? PostgresType(oid: element, kind: kind(Array(of)))
            return PostgresType(oid: oid, kind: .array(of: inner))
        }
        return PostgresType(oid: oid, kind: kind(Array(own)))
    }

    /// The kind by name, type ('e' for enums) and category ('S' for strings).
    private static func kind(_ fields: [String]) -> PostgresType.Kind {
        switch (fields[0], fields[1], fields[2]) {
        case ("vector", _, _): .vector
        case (_, "e", _), (_, _, "S"): .text
        case (let name, _, _): .other(name)
        }
    }
}
