import Postgres
import Support
import Testing

@Suite("LISTEN", .requiresDatabase, .emptySchema)
struct PostgresListenTests {
    private func connect() async throws -> Connection {
        try await Connection.connect(ScratchDatabase.require().admin)
    }

    /// A channel of the test's own: the database is shared.
    private func channel() throws -> String { "\(try ScratchDatabase.require().name) X" }

    @Test("a committed NOTIFY arrives, also from another session", .timeLimit(.minutes(5)))
    func arrives() async throws {
        let listener = try await connect()
        let sender = try await connect()
        let channel = try channel()
        var notifications = try await listener.listen(channel).makeAsyncIterator()
        try await sender.execute("notify \(SQL.quoted(channel)), 'hello'")
        #expect(
            await notifications.next()
                == Notification(
                    channel: channel, payload: "hello", serverProcess: sender.serverProcess))
    }

    @Test("one that arrives beside the answer to a statement is not lost", .timeLimit(.minutes(5)))
    func arrivesWithAnswers() async throws {
        let connection = try await connect()
        let channel = try channel()
        var notifications = try await connection.listen(channel).makeAsyncIterator()
        for number in 0..<100 {
            try await connection.execute("notify \(SQL.quoted(channel)), '\(number)'")
        }
        for number in 0..<100 {
            #expect(await notifications.next()?.payload == "\(number)")
        }
    }

    @Test("the stream ends when the session does", .timeLimit(.minutes(5)))
    func ends() async throws {
        let listener = try await connect()
        let sender = try await connect()
        let channel = try channel()
        var notifications = try await listener.listen(channel).makeAsyncIterator()
        _ = try await sender.query("select pg_terminate_backend(\(bind: listener.serverProcess))")
        #expect(await notifications.next() == nil)
        #expect(await listener.isOpen == false)
    }

    @Test("closing ends the stream", .timeLimit(.minutes(5)))
    func closes() async throws {
        let listener = try await connect()
        let channel = try channel()
        var notifications = try await listener.listen(channel).makeAsyncIterator()
        await listener.close()
        #expect(await notifications.next() == nil)
    }
}
