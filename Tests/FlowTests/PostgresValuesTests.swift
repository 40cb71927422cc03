import Foundation
import Postgres
import Support
import Testing

@Suite("Values to the server and back", .requiresDatabase, .emptySchema)
struct PostgresValuesTests {
    private func connect() async throws -> Connection {
        try await Connection.connect(ScratchDatabase.require().admin)
    }

    private func echo<Value: PostgresEncodable & PostgresDecodable & Equatable & Sendable>(
        _ value: Value, as type: String, on connection: Connection
    ) async throws {
        let sql: SQL = "select \(bind: value)::\(fragment: SQL(unchecked: type)) as value"
        let back = try await connection.query(sql).only().get("value", as: Value.self)
        #expect(back == value, "\(type)")
    }

    @Test("numbers keep their value in every type that holds it")
    func numbers() async throws {
        let connection = try await connect()
        for type in ["int2", "int4", "int8", "numeric", "float8"] {
            try await echo(
                Int16(-32_768), as: type == "numeric" ? "int4" : type == "float8" ? "int8" : type,
                on: connection)
        }
        try await echo(Int64.max, as: "int8", on: connection)
        try await echo(Int64.min, as: "int8", on: connection)
        try await echo(4_294_967_295 as UInt32, as: "oid", on: connection)
        try await echo(0.1, as: "float8", on: connection)
        try await echo(Double.infinity, as: "float8", on: connection)
        try await echo(Float(1.5), as: "float4", on: connection)
        try await echo(12.25, as: "numeric", on: connection)
        try await echo(Decimal(string: "-12345.6789")!, as: "numeric", on: connection)
        try await echo(true, as: "bool", on: connection)
        try await echo(false, as: "bool", on: connection)
    }

    @Test("the server's numeric is read as it prints it")
    func numericTexts() async throws {
        let connection = try await connect()
        let texts = [
            "0", "0.00", "1e20", "-12345.67890", "0.00001", "99999999.99990000", "1e-20", "NaN",
        ]
        for text in texts {
            let row = try await connection.query(
                "select \(bind: text)::numeric as value, (\(bind: text)::numeric)::text as text"
            ).only()
            #expect(try row.get("value", as: String.self) == row.get("text", as: String.self))
        }
    }

    @Test("numeric is sent as the server would read its text")
    func numericSent() async throws {
        let connection = try await connect()
        for text in ["0", "1", "10000", "0.0001", "-123456789.12345", "0.10", "12.5e-3"] {
            let number = try #require(Decimal(string: text))
            let isEqual: Bool = try await connection.query(
                "select \(bind: number)::numeric = \(bind: text)::numeric"
            ).value()
            #expect(isEqual, "\(text)")
        }
    }

    @Test("texts, identifiers, bytes and documents")
    func texts() async throws {
        let connection = try await connect()
        try await echo("grüß 世界 🙂 ' \" \\", as: "text", on: connection)
        try await echo("", as: "text", on: connection)
        try await echo(UUID(), as: "uuid", on: connection)
        try await echo([0, 255, 10, 92] as [UInt8], as: "bytea", on: connection)
        try await echo([] as [UInt8], as: "bytea", on: connection)
        try await echo(Data([1, 0, 2]), as: "bytea", on: connection)
        try await echo(JSON(text: #"{"a": [1, null, "x"]}"#), as: "jsonb", on: connection)
        try await echo(JSON(text: "{\"a\" : 1}"), as: "json", on: connection)
    }

    @Test("points in time to the microsecond, infinity and spans")
    func times() async throws {
        let connection = try await connect()
        let moment = Date(timeIntervalSince1970: 1_517_788_800.123456)
        let sent: String = try await connection.query(
            "select to_char(\(bind: moment)::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        ).value()
        #expect(sent == "2018-02-05 00:00:00.123456")
        let back: Date = try await connection.query("select \(bind: moment)::timestamptz").value()
        #expect(abs(back.timeIntervalSince(moment)) < 1e-6)
        try await echo(Date.distantFuture, as: "timestamptz", on: connection)
        try await echo(Date.distantPast, as: "date", on: connection)
        try await echo(Date(timeIntervalSince1970: -86_400 * 365 * 60), as: "date", on: connection)
        let day: String = try await connection.query("select (\(bind: moment)::date)::text").value()
        #expect(day == "2018-02-05")
        try await echo(Duration.milliseconds(-1500), as: "interval", on: connection)
        let span: Duration = try await connection.query("select interval '2 days 3 ms'").value()
        #expect(span == .seconds(172_800) + .milliseconds(3))
    }

    @Test("arrays, with NULLs in them and without elements")
    func arrays() async throws {
        let connection = try await connect()
        try await echo([1, -2, .max] as [Int64], as: "int8[]", on: connection)
        try await echo([1, nil, 3] as [Int32?], as: "int4[]", on: connection)
        try await echo([] as [Int64], as: "int8[]", on: connection)
        try await echo(["a", "b,\"c\"", ""], as: "text[]", on: connection)
        try await echo([[1, 2], [], [0]] as [[UInt8]], as: "bytea[]", on: connection)
        try await echo([0.5, .infinity], as: "float8[]", on: connection)
        try await echo([1.5, -2] as [Float], as: "float4[]", on: connection)
        try await echo([Date(timeIntervalSince1970: 0)], as: "timestamptz[]", on: connection)
        try await echo([Decimal(string: "1.25")!], as: "numeric[]", on: connection)
        try await echo([JSON(text: #"{"a": 1}"#)], as: "jsonb[]", on: connection)
        try await echo([true, false], as: "bool[]", on: connection)
        try await echo([UUID()], as: "uuid[]", on: connection)
    }

    @Test("NULL is an optional, and an error where a value must be")
    func nulls() async throws {
        let connection = try await connect()
        let none: String? = nil
        let row = try await connection.query("select \(bind: none)::text as value").only()
        #expect(try row.get("value", as: String?.self) == nil)
        #expect(row.isNull("value"))
        let error = try #require(throws: PostgresError.self) {
            try row.get("value", as: String.self)
        }
        #expect(error.code == .decoding)
        #expect(error.message.contains("value"))
    }

    @Test("a number that does not fit is refused before it is sent")
    func ranges() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select \(bind: 70_000)::int2")
        }
        #expect(error.code == .encoding)
        #expect(error.sqlState == "22003")
        #expect(!String(reflecting: error).contains("70"))
    }

    @Test("NUL in a text is refused with the reason")
    func nul() async throws {
        let connection = try await connect()
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query("select \(bind: "a\0b")")
        }
        #expect(error.sqlState == "22021")
    }

    @Test("a column of another type says which and what")
    func mismatch() async throws {
        let connection = try await connect()
        let row = try await connection.query("select now() as at, 1::int8 as big").only()
        let error = try #require(throws: PostgresError.self) { try row.get("at", as: Int.self) }
        #expect(error.message.contains("at"))
        #expect(error.message.contains("timestamptz"))
        #expect(throws: PostgresError.self) { try row.get("missing", as: Int.self) }
        let (at, big) = try row.decode(Date.self, Int64.self)
        #expect(at.timeIntervalSinceNow < 60)
        #expect(big == 1)
    }

    @Test("enums and domains are read as what they are made of")
    func userTypes() async throws {
        let connection = try await connect()
        try await connection.execute(
            """
            create type mood as enum ('calm', 'wild');
            create domain price as numeric check (value > 0);
            create table observation (mood mood, price price, moods mood[]);
            """)
        _ = try await connection.query(
            """
            insert into observation values
                (\(bind: "wild"), \(bind: Decimal(string: "1.5")!), \(bind: ["calm", "wild"]))
            """)
        let row = try await connection.query("select * from observation").only()
        #expect(try row.get("mood", as: String.self) == "wild")
        #expect(try row.get("price", as: Decimal.self) == Decimal(string: "1.5"))
        #expect(try row.get("moods", as: [String].self) == ["calm", "wild"])
    }
}

@Suite("Vectors to the server and back", .requiresDatabase, .scratchDatabase)
struct PostgresVectorTests {
    @Test("a list of floats is a vector where the server wants one, also in arrays and as NULL")
    func vectors() async throws {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        let vector: [Float] = [1, -2.5, 3e-7]
        let row = try await connection.query(
            "select \(bind: vector)::vector as one, \(bind: [vector, [0, 0, 1]])::vector[] as many"
        ).only()
        #expect(try row.get("one", as: [Float].self) == vector)
        #expect(try row.get("many", as: [[Float]].self) == [vector, [0, 0, 1]])
        let none: [Float]? = nil
        let missing: [Float]? = try await connection.query("select \(bind: none)::vector").value()
        #expect(missing == nil)
    }

    @Test("the extension's refusals arrive as they are")
    func refusals() async throws {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        let error = try await #require(throws: PostgresError.self) {
            try await connection.query(
                "select \(bind: [1, 2] as [Float])::vector <-> \(bind: [1] as [Float])::vector")
        }
        #expect(error.message == "different vector dimensions 2 and 1")
        #expect(error.sqlState == "22000")
        let tooLong = [Float](repeating: 0, count: 16_001)
        let refused = try await #require(throws: PostgresError.self) {
            try await connection.query("select \(bind: tooLong)::vector")
        }
        #expect(refused.message == "vector cannot have more than 16000 dimensions")
    }
}
