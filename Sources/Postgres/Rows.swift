internal import CPostgres

/// The rows that a statement returned.
///
/// They hold the server's answer as it came; values are decoded when they are asked for. Copying is
/// cheap, and the memory is given back with the last copy or row.
package struct Rows: Sendable, RandomAccessCollection {
    let answer: Answer
    let columns: Columns

    package var startIndex: Int { 0 }
    package var endIndex: Int { answer.count }
    package subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return Row(rows: self, index: position)
    }

    package var columnNames: [String] { columns.names }

    /// How many rows an INSERT, UPDATE, DELETE, MERGE or COPY touched, or a SELECT returned.
    package var affected: Int { answer.affected }

    /// The only row.
    ///
    /// - Throws: `.decoding` if there are none or several.
    package func only() throws(PostgresError) -> Row {
        guard count == 1 else {
            throw PostgresError(.decoding, "\(count) rows where one is expected")
        }
        return self[0]
    }

    /// The first column of the only row: for `select count(*) ...` and calls of functions.
    package func value<Value: PostgresDecodable>(
        as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try only().get(0, as: Value.self)
    }

    /// All rows, each as `make` reads it.
    package func decoded<Value>(
        _ make: (Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        for row in self { result.append(try make(row)) }
        return result
    }
}

/// One row of an answer.
package struct Row: Sendable {
    let rows: Rows
    let index: Int

    /// The value of the column with this name, or at this place (from 0).
    ///
    /// - Throws: `.decoding`, naming the column, if it is missing, NULL for a type that is not
    ///   optional, or of another type.
    package func get<Value: PostgresDecodable>(
        _ name: String, as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let column = rows.columns.index(of: name) else {
            throw PostgresError(
                .decoding,
                "the answer has no column \(name), only "
                    + rows.columns.names.joined(separator: ", "))
        }
        return try get(column, as: Value.self)
    }

    package func get<Value: PostgresDecodable>(
        _ column: Int, as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard rows.columns.types.indices.contains(column) else {
            throw PostgresError(
                .decoding, "the answer has no column \(column), only \(rows.columns.types.count)")
        }
        do {
            return try Value.decode(
                rows.answer.bytes(row: index, column: column), as: rows.columns.types[column])
        } catch {
            var error = error
            error.column = rows.columns.names[column]
            error.message = "column \(rows.columns.names[column]): \(error.message)"
            throw error
        }
    }

    /// Appends the bytes of a text or of JSON as they came.
    ///
    /// - Returns: false for NULL.
    package func append(_ column: Int, to bytes: inout [UInt8]) -> Bool {
        guard let value = rows.answer.bytes(row: index, column: column) else { return false }
        bytes.append(contentsOf: value)
        return true
    }

    /// How many bytes `append` would add.
    package func length(_ column: Int) -> Int {
        rows.answer.bytes(row: index, column: column)?.count ?? 0
    }

    /// The first columns in their order: `let (id, kind) = try row.decode(Int64.self, String.self)`.
    package func decode<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var column = 0
        func next<One: PostgresDecodable>(_ type: One.Type) throws(PostgresError) -> One {
            defer { column += 1 }
            return try get(column, as: type)
        }
        return (repeat try next(each types))
    }

    package func isNull(_ name: String) -> Bool {
        guard let column = rows.columns.index(of: name) else { return true }
        return rows.answer.bytes(row: index, column: column) == nil
    }
}

/// Names and types of an answer's columns; found once a prepared statement.
final class Columns: Sendable {
    let names: [String]
    let types: [PostgresType]
    private let places: [String: Int]

    init(names: [String], types: [PostgresType]) {
        self.names = names
        self.types = types
        places = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    func index(of name: String) -> Int? { places[name] }
}

/// Owns one PGresult. It is never changed after the server's answer is complete, so any thread may
/// read it; libpq documents PGresult as safe to share when it is read only.
final class Answer: @unchecked Sendable {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    var count: Int { Int(PQntuples(result)) }
    var columnCount: Int { Int(PQnfields(result)) }
    var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }
    var command: String { String(cString: PQcmdStatus(result)) }
    var status: ExecStatusType { PQresultStatus(result) }
    var parameterTypes: [UInt32] {
        (0..<PQnparams(result)).map { PQparamtype(result, $0) }
    }

    func name(column: Int) -> String { String(cString: PQfname(result, Int32(column))) }
    func type(column: Int) -> UInt32 { PQftype(result, Int32(column)) }

    /// The bytes of a value, valid as long as this object; nil for NULL.
    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }

    /// All that libpq has to say about a failure.
    var complaint: String { String(cString: PQresultErrorMessage(result)) }

    func field(_ code: Int32) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }
}
