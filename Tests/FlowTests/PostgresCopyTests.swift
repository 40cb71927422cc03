import Postgres
import Support
import Testing

@Suite("COPY", .requiresDatabase, .emptySchema)
struct PostgresCopyTests {
    private struct SourceFailed: Error {}

    private func connect() async throws -> Connection {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        try await connection.execute("create table line (id int, text text)")
        return connection
    }

    private func count(_ connection: Connection) async throws -> Int {
        try await connection.query("select count(*) from line").value()
    }

    @Test("rows go in, wherever the chunks are cut")
    func copiesIn() async throws {
        let connection = try await connect()
        let bytes = Array((1...1000).map { "\($0)\tline \($0)\n" }.joined().utf8)
        let chunks = stride(from: 0, to: bytes.count, by: 7).map {
            Array(bytes[$0..<min($0 + 7, bytes.count)])
        }
        #expect(try await connection.copyIn("copy line from stdin", chunks) == 1000)
        #expect(try await count(connection) == 1000)
    }

    @Test("rows go in from a source that is slower than the server")
    func copiesFromStream() async throws {
        let connection = try await connect()
        let stream = AsyncStream<[UInt8]> { continuation in
            for number in 0..<10 { continuation.yield(Array("\(number)\tx\n".utf8)) }
            continuation.finish()
        }
        #expect(try await connection.copyIn("copy line from stdin", stream) == 10)
    }

    @Test("a bad row is refused with its line, and nothing is stored")
    func refusesBadRow() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.copyIn("copy line from stdin", [Array("1\tx\nno\ty\n".utf8)])
        }
        #expect(error.sqlState == "22P02")
        #expect(error.where?.contains("line 2") == true)
        #expect(try await count(connection) == 0)
    }

    @Test("a source that fails leaves nothing, and its error is the caller's")
    func sourceFails() async throws {
        let connection = try await connect()
        let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield(Array("1\tx\n".utf8))
            continuation.finish(throwing: SourceFailed())
        }
        await #expect(throws: SourceFailed.self) {
            try await connection.copyIn("copy line from stdin", stream)
        }
        #expect(try await count(connection) == 0)
    }

    @Test("a refused row in the middle of 30 MB ends the COPY without waiting for ever")
    func refusesInTheMiddle() async throws {
        let connection = try await connect()
        let good = Array(
            String(repeating: "1\t\(String(repeating: "x", count: 1000))\n", count: 1000).utf8)
        let chunks = (0..<30).map { $0 == 3 ? Array("bad\tx\n".utf8) : good }
        await #expect(throws: PostgresError.self) {
            try await connection.copyIn("copy line from stdin", chunks)
        }
        #expect(try await count(connection) == 0)
    }

    @Test("rows come out in chunks of whole rows")
    func copiesOut() async throws {
        let connection = try await connect()
        var rows = 0
        var chunks = 0
        let stream = connection.copyOut(
            "copy (select n, repeat('x', 50) from generate_series(1, 50000) as n) to stdout")
        for try await chunk in stream {
            #expect(chunk.last == UInt8(ascii: "\n"))
            rows += chunk.count { $0 == UInt8(ascii: "\n") }
            chunks += 1
        }
        #expect(rows == 50_000)
        #expect(chunks > 1)
        #expect(chunks < 5000)
        #expect(try await count(connection) == 0)
    }

    @Test("an error in the middle of the rows arrives")
    func failsOut() async throws {
        let connection = try await connect()
        await #expect(throws: PostgresError.self) {
            for try await _ in connection.copyOut(
                "copy (select 1 / (5000 - n) from generate_series(1, 10000) as n) to stdout")
            {}
        }
        #expect(try await count(connection) == 0)
    }

    @Test("a reader that stops early leaves the connection usable")
    func stopsEarly() async throws {
        let connection = try await connect()
        for try await _ in connection.copyOut(
            "copy (select repeat('x', 1000) from generate_series(1, 1000000)) to stdout")
        {
            break
        }
        #expect(try await count(connection) == 0)
    }

    @Test("while somebody reads, other statements are refused")
    func isBusy() async throws {
        let connection = try await connect()
        var reader = connection.copyOut(
            "copy (select repeat('x', 1000) from generate_series(1, 1000)) to stdout"
        ).makeAsyncIterator()
        _ = try await reader.next()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select 1")
        }
        #expect(error.code == .busy)
        while try await reader.next() != nil {}
        #expect(try await count(connection) == 0)
    }

    @Test("a statement that is no COPY says so")
    func refusesOthers() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.copyIn("select 1", [[]])
        }
        #expect(error.code == .protocol)
        #expect(try await count(connection) == 0)
    }
}
