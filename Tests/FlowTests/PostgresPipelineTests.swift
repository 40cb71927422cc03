import Postgres
import Support
import Testing

@Suite("A pipeline", .requiresDatabase, .emptySchema)
struct PostgresPipelineTests {
    private func connect() async throws -> Connection {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        try await connection.execute("create table item (id int unique, text text)")
        return connection
    }

    @Test("answers come in the order of the statements")
    func keepsOrder() async throws {
        let connection = try await connect()
        let statements = (0..<500).map { number -> SQL in
            number % 2 == 0
                ? "insert into item values (\(bind: number), \(bind: "x"))"
                : "select \(bind: number)::int as number"
        }
        let answers = try await connection.pipeline(statements)
        #expect(answers.count == 500)
        #expect(answers[0].affected == 1)
        #expect(try answers[499].value(as: Int.self) == 499)
        #expect(try await connection.query("select count(*) from item").value(as: Int.self) == 250)
    }

    @Test("one failure undoes all, names its statement, and the connection goes on")
    func isAtomic() async throws {
        let connection = try await connect()
        let numbers = [1, 2, 2, 3]
        let error = try await #require(throws: PostgresError.self) {
            try await connection.pipeline(
                numbers.map { "insert into item values (\(bind: $0), 'x')" })
        }
        #expect(error.sqlState == "23505")
        #expect(error.statement == "insert into item values ($1, 'x')")
        #expect(try await connection.query("select * from item").isEmpty)
        #expect(try await connection.pipeline(["select 1", "select 2"]).count == 2)
    }

    @Test("inside a transaction it belongs to it")
    func joinsTransaction() async throws {
        let connection = try await connect()
        try await connection.transaction { connection in
            _ = try await connection.pipeline([
                "insert into item values (1, 'x')", "insert into item values (2, 'x')",
            ])
        }
        #expect(try await connection.query("select * from item").count == 2)
    }

    @Test("large both ways it does not lock up")
    func isLarge() async throws {
        let connection = try await connect()
        let text = String(repeating: "x", count: 100_000)
        let answers = try await connection.pipeline(
            (0..<400).map { _ in "select \(bind: text)::text as text" })
        #expect(answers.count == 400)
        #expect(try answers[399].value(as: String.self).utf8.count == 100_000)
    }

    @Test("nothing to send is nothing sent")
    func isEmpty() async throws {
        let connection = try await connect()
        #expect(try await connection.pipeline([]).isEmpty)
    }
}
