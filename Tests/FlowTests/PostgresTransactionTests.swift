import Postgres
import Support
import Testing

@Suite("A transaction", .requiresDatabase, .emptySchema)
struct PostgresTransactionTests {
    private struct Refused: Error {}

    private func connect() async throws -> Connection {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        try await connection.execute("create table if not exists item (id int unique)")
        return connection
    }

    private func items(_ connection: Connection) async throws -> [Int] {
        try await connection.query("select id from item order by id").map { try $0.get("id") }
    }

    @Test("is committed when its body returns")
    func commits() async throws {
        let connection = try await connect()
        let count = try await connection.transaction { connection in
            try await connection.query("insert into item values (\(bind: 1))").affected
        }
        #expect(count == 1)
        #expect(try await items(connection) == [1])
    }

    @Test("is rolled back when its body throws, and the error is the body's")
    func rollsBack() async throws {
        let connection = try await connect()
        await #expect(throws: Refused.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("insert into item values (\(bind: 1))")
                throw Refused()
            }
        }
        #expect(try await items(connection) == [])
    }

    @Test("inside another is a savepoint")
    func nests() async throws {
        let connection = try await connect()
        try await connection.transaction { connection in
            _ = try await connection.query("insert into item values (1)")
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    _ = try await connection.query("insert into item values (2)")
                    _ = try await connection.query("insert into item values (1)")
                }
            }
            try await connection.transaction { connection in
                _ = try await connection.query("insert into item values (3)")
            }
        }
        #expect(try await items(connection) == [1, 3])
    }

    @Test("whose body swallowed an error is not reported as committed")
    func reportsSwallowed() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("insert into item values (1)")
                _ = try? await connection.query("insert into item values (1)")
            }
        }
        #expect(error.sqlState == "25P02")
        #expect(try await items(connection) == [])
    }

    @Test("a deferred constraint that fails at COMMIT throws and leaves nothing")
    func failsAtCommit() async throws {
        let connection = try await connect()
        try await connection.execute(
            "create table late (id int, unique (id) deferrable initially deferred)")
        let error = try await #require(throws: PostgresError.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("insert into late values (1), (1)")
            }
        }
        #expect(error.sqlState == "23505")
        #expect(try await connection.query("select * from late").isEmpty)
    }

    @Test("keeps other tasks out while its body waits")
    func keepsOthersOut() async throws {
        let connection = try await connect()
        let (inside, isInside) = AsyncStream.makeStream(of: Void.self)
        let (tried, hasTried) = AsyncStream.makeStream(of: Void.self)
        async let transaction: Void = connection.transaction { connection in
            _ = try await connection.query("insert into item values (1)")
            isInside.finish()
            for await _ in tried {}
        }
        for await _ in inside {}
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("insert into item values (2)")
        }
        #expect(error.code == .busy)
        hasTried.finish()
        try await transaction
        #expect(try await items(connection) == [1])
    }

    @Test("a cancelled body is rolled back and the connection is usable")
    func cancels() async throws {
        let connection = try await connect()
        let task = Task {
            try await connection.transaction { connection in
                _ = try await connection.query("insert into item values (1)")
                _ = try await connection.query("select pg_sleep(30)")
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        let error = try await #require(throws: PostgresError.self) { try await task.value }
        #expect(error.code == .cancelled)
        #expect(try await items(connection) == [])
    }

    @Test("a connection lost in the middle leaves nothing")
    func losesConnection() async throws {
        let connection = try await connect()
        let other = try await connect()
        let process = connection.serverProcess
        await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("insert into item values (1)")
                _ = try await other.query("select pg_terminate_backend(\(bind: process), 5000)")
                _ = try await connection.query("insert into item values (2)")
            }
        }
        #expect(try await items(other) == [])
    }
}
