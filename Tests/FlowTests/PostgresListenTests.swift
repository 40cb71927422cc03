import Postgres
import Support
import Testing

@Suite("LISTEN", .requiresDatabase, .emptyDatabase)
struct PostgresListenTests {
    private func connect() async throws -> Connection {
        try await Connection.connect(ScratchDatabase.require().admin)
    }

    @Test("a committed NOTIFY arrives, also from another session", .timeLimit(.minutes(5)))
    func arrives() async throws {
        let listener = try await connect()
        let sender = try await connect()
        var notifications = try await listener.listen("some Channel").makeAsyncIterator()
        try await sender.execute("notify \"some Channel\", 'hello'")
        #expect(
            await notifications.next()
                == Notification(
                    channel: "some Channel", payload: "hello", serverProcess: sender.serverProcess))
    }

    @Test("one that arrives beside the answer to a statement is not lost", .timeLimit(.minutes(5)))
    func arrivesWithAnswers() async throws {
        let connection = try await connect()
        var notifications = try await connection.listen("x").makeAsyncIterator()
        for number in 0..<100 {
            try await connection.execute("notify x, '\(number)'")
        }
        for number in 0..<100 {
            #expect(await notifications.next()?.payload == "\(number)")
        }
    }

    @Test("the stream ends when the session does", .timeLimit(.minutes(5)))
    func ends() async throws {
        let listener = try await connect()
        let sender = try await connect()
        var notifications = try await listener.listen("x").makeAsyncIterator()
        _ = try await sender.query("select pg_terminate_backend(\(bind: listener.serverProcess))")
        #expect(await notifications.next() == nil)
        #expect(await listener.isOpen == false)
    }

    @Test("closing ends the stream", .timeLimit(.minutes(5)))
    func closes() async throws {
        let listener = try await connect()
        var notifications = try await listener.listen("x").makeAsyncIterator()
        await listener.close()
        #expect(await notifications.next() == nil)
    }
}
