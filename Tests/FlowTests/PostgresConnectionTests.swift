import Foundation
import Postgres
import Support
import Testing

@Suite("A connection", .requiresDatabase, .emptySchema)
struct PostgresConnectionTests {
    private func connect() async throws -> Connection {
        try await Connection.connect(ScratchDatabase.require().admin)
    }

    @Test("a server that is not there is one sentence with a way out")
    func absentServer() async throws {
        let target = try ConnectionTarget("postgresql://ann:s3cret@/desk?host=/tmp/no-such-folder")
        let error = try await #require(throws: PostgresError.self) {
            try await Connection.connect(target)
        }
        #expect(error.code == .connection)
        #expect(error.isTransient)
        #expect(error.description.contains("make up"))
        #expect(!error.description.contains("\n"))
        #expect(!String(reflecting: error).contains("s3cret"))
    }

    @Test("a database that is not there says its name")
    func absentDatabase() async throws {
        let target = try TestServer.admin().database("no_such_database")
        let error = try await #require(throws: PostgresError.self) {
            try await Connection.connect(target)
        }
        #expect(error.description.contains("\"no_such_database\" does not exist"))
    }

    @Test("the SQLSTATE, hint and place of an error arrive, and its statement without values")
    func serverErrors() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select nothing from pg_class where relname = \(bind: "x")")
        }
        #expect(error.code == .server)
        #expect(error.sqlState == "42703")
        #expect(error.statement == "select nothing from pg_class where relname = $1")
        // The session goes on.
        #expect(try await connection.query("select 1").value(as: Int.self) == 1)
    }

    @Test("a bound value that the server quotes is masked")
    func masksValues() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select \(bind: "s3cret")::int")
        }
        #expect(error.sqlState == "22P02")
        #expect(!error.description.contains("s3cret"))
        #expect(error.message == "invalid input syntax for type integer: \"****\"")
    }

    @Test("raised errors bring message, detail, hint and our SQLSTATE")
    func raisedErrors() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.execute(
                """
                do $$ begin raise exception using errcode = 'BW101', message = 'no',
                    detail = 'why', hint = 'Do this.'; end $$
                """)
        }
        #expect(error.sqlState == "BW101")
        #expect(error.detail == "why")
        #expect(error.description == "no (SQLSTATE BW101). Do this.")
        #expect(error.where?.contains("inline_code_block") == true)
    }

    @Test("a statement goes on working after its table has changed")
    func survivesChanges() async throws {
        let connection = try await connect()
        try await connection.execute("create table thing (a int); insert into thing values (1)")
        #expect(try await connection.query("select * from thing").columnNames == ["a"])
        try await connection.execute("alter table thing add b text default 'x'")
        let rows = try await connection.query("select * from thing")
        #expect(rows.columnNames == ["a", "b"])
        try await connection.execute("deallocate all")
        #expect(try await connection.query("select * from thing").count == 1)
    }

    @Test("more statements than the cache holds all work, and the server keeps no more")
    func evicts() async throws {
        let connection = try await connect()
        for number in 0..<300 {
            let text = SQL(unchecked: "select \(number)")
            #expect(try await connection.query(text).value(as: Int.self) == number)
        }
        let kept: Int = try await connection.query("select count(*) from pg_prepared_statements")
            .value()
        #expect(kept <= 257)
    }

    @Test("COPY as a query is refused and leaves the connection usable")
    func refusesCopyAsQuery() async throws {
        let connection = try await connect()
        for text in ["copy (select 1) to stdout", "copy pg_class from stdin"] {
            await #expect(throws: PostgresError.self) { try await connection.execute(text) }
            #expect(try await connection.query("select 1").value(as: Int.self) == 1)
        }
    }

    @Test("warnings go to the target's hook, not to the terminal")
    func notices() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: PostgresNotice.self)
        var target = try ScratchDatabase.require().admin
        target.onNotice = { continuation.yield($0) }
        let connection = try await Connection.connect(target)
        try await connection.execute("do $$ begin raise warning 'careful'; end $$")
        var notices = stream.makeAsyncIterator()
        let notice = try #require(await notices.next())
        #expect(notice.severity == "WARNING")
        #expect(notice.message == "careful")
    }

    @Test("cancelling the task stops its statement, and the next one is not hit")
    func cancels() async throws {
        let connection = try await connect()
        let start = ContinuousClock.now
        let task = Task { try await connection.query("select pg_sleep(30)") }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        let error = try await #require(throws: PostgresError.self) { try await task.value }
        #expect(error.code == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(10))
        for _ in 0..<20 {
            #expect(try await connection.query("select 1").value(as: Int.self) == 1)
        }
    }

    @Test("a task that was cancelled before sends nothing")
    func cancelsBefore() async throws {
        let connection = try await connect()
        try await connection.execute("create table touched (a int)")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await connection.query("insert into touched values (1)")
        }
        task.cancel()
        await #expect(throws: PostgresError.self) { try await task.value }
        #expect(try await connection.query("select * from touched").isEmpty)
    }

    @Test("cancel() from another thread ends the statement with 57014")
    func cancelsByHand() async throws {
        let connection = try await connect()
        let task = Task { try await connection.query("select pg_sleep(30)") }
        try await Task.sleep(for: .milliseconds(100))
        connection.cancel()
        let error = try await #require(throws: PostgresError.self) { try await task.value }
        #expect(error.sqlState == "57014")
        #expect(error.code == .server)
    }

    @Test("a statement that takes longer than its limit ends with a timeout")
    func limits() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select pg_sleep(30)", within: .milliseconds(100))
        }
        #expect(error.code == .timeout)
        #expect(try await connection.query("select 1", within: .seconds(5)).count == 1)
    }

    @Test("a session that the server ended is an error once, and closed after it")
    func terminated() async throws {
        let connection = try await connect()
        let other = try await connect()
        _ = try await other.query(
            "select pg_terminate_backend(\(bind: connection.serverProcess), 5000)")
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select 1")
        }
        #expect(error.code == .connection)
        #expect(error.sqlState == "57P01")
        #expect(error.isTransient)
        let closed = try await #require(throws: PostgresError.self) {
            try await connection.query("select 1")
        }
        #expect(closed.code == .closed)
        #expect(await connection.isOpen == false)
    }

    @Test("a script may hold many statements")
    func scripts() async throws {
        let connection = try await connect()
        try await connection.execute("create table a (x int); insert into a values (1), (2);")
        #expect(try await connection.query("delete from a").affected == 2)
    }
}
