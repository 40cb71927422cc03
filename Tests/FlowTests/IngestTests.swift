import Foundation
import Postgres
import Support
import Testing

@testable import bellwether

@Suite("Ingest", .requiresDatabase, .scratchDatabase)
struct IngestTests {
    private let folder: ScratchFolder
    private static let header = "symbol,date,open,high,low,close,volume,adj_close\n"
    private static let good = "AAPL,2018-02-02,10,12,9,11,1000,10.5\n"

    init() throws {
        folder = try ScratchFolder()
    }

    private func query<Value: PostgresDecodable & Sendable>(
        _ sql: SQL, as type: Value.Type = Value.self
    ) async throws -> Value {
        let connection = try await Connection.connect(ScratchDatabase.require().admin)
        let value: Value = try await connection.query(sql).value()
        await connection.close()
        return value
    }

    private func ingest(_ arguments: String..., text: String) async throws -> BellwetherCommand {
        try await ingest(arguments, bytes: Array(text.utf8))
    }

    private func ingest(_ arguments: [String], bytes: [UInt8]) async throws -> BellwetherCommand {
        let path = try folder.file("given.csv", bytes: bytes)
        return try await command(["ingest", "--json", path] + arguments)
    }

    private func command(_ arguments: [String]) async throws -> BellwetherCommand {
        let output = Collected()
        let errors = Collected()
        let program = Program(
            root: .bellwether,
            variables: [
                "DATABASE_URL": try ScratchDatabase.require().url(as: "bellwether_worker")
            ],
            output: Output(write: output.add), errors: errors.add, isTerminal: false)
        let code = await program.run(arguments)
        return BellwetherCommand(code: code, output: output.text, errors: errors.text)
    }

    private func loadInstruments() async throws {
        let path = try folder.file(
            "instruments.csv",
            """
            symbol,name,asset_class,sector
            AAPL,Apple,equity,Information Technology
            BTC-USD,Bitcoin,crypto,

            """)
        let sessions = try folder.file(
            "sessions.csv",
            """
            session,open_utc,close_utc,early_close
            2018-02-01,14:30,21:00,0
            2018-02-02,14:30,18:00,1
            2018-02-05,14:30,21:00,0

            """)
        let loaded = try await command(["ingest", path, sessions])
        #expect(loaded.code == .success, "\(loaded.output)\(loaded.errors)")
    }

    /// What `--json` says of the only file.
    private func report(_ run: BellwetherCommand) throws -> [String: Any] {
        let all = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require((all as? [[String: Any]])?.first, "\(run.output)\(run.errors)")
    }

    @Test("Bars are stored with the time they became known, and once only")
    func bars() async throws {
        try await loadInstruments()
        let text = """
            symbol,date,open,high,low,close,volume,adj_close
            AAPL,2018-02-02,10,12,9,11,1000,10.5
            AAPL,2018-02-05,,,,11,,
            AAPL,2017-12-30,10,12,9,11,1000,10.5
            BTC-USD,2018-02-03,10,12,9,11,0.5,

            """
        let first = try report(try await ingest(text: text))
        #expect(first["inserted"] as? Int == 4)
        #expect(first["estimated_closes"] as? Int == 1)
        let known: [String] = try await query(
            """
            select array_agg(
                i.symbol || ' ' || to_char(b.known_at at time zone 'UTC', 'MM-DD HH24:MI')
                order by i.symbol, b.ts
            )
            from market.bar as b inner join market.instrument as i using (instrument_id)
            """)
        // Before the calendar: the next midnight; the early close; the usual one; crypto: the end of
        // the day.
        #expect(
            known == [
                "AAPL 12-31 00:00", "AAPL 02-02 18:00", "AAPL 02-05 21:00",
                "BTC-USD 02-04 00:00",
            ])
        let again = try await ingest(text: text)
        #expect(again.code == .success)
        #expect(try report(again)["unchanged"] as? Int == 4)
        #expect(try await query("select count(*) from market.bar") == 4)
        #expect(
            try await query("select source from market.bar limit 1", as: String.self)
                == "file:given.csv")
    }

    @Test(
        "A bad file is refused with line, column and reason, and nothing of it is stored",
        arguments: [
            ("AAPL,2018-02-05,10,12,9,x,1,1\n", 3, "close", "is not a number: 'x'"),
            ("AAPL,2018-02-05,10,12,9,nan,1,1\n", 3, "close", "is not a number: 'nan'"),
            ("AAPL,2018-02-05,10,12,9,inf,1,1\n", 3, "close", "is not a number: 'inf'"),
            ("AAPL,2018-02-05,10,12,9,1e999,1,1\n", 3, "close", "is not a number: '1e999'"),
            ("AAPL,2018-02-05,10,12,9,,1,1\n", 3, "close", "is empty"),
            ("AAPL,2018-02-05,10,8,9,8.5,1,1\n", 3, "high", "is below low: 8 < 9"),
            ("AAPL,2018-02-05,10,12,9,12.5,1,1\n", 3, "close", "is above high: 12.5 > 12"),
            ("AAPL,2018-02-05,8,12,9,10,1,1\n", 3, "open", "is below low: 8 < 9"),
            ("AAPL,2018-02-05,10,12,-1,11,1,1\n", 3, "low", "is not above zero"),
            ("AAPL,2018-02-05,10,12,9,11,-5,1\n", 3, "volume", "is negative: -5"),
            (
                "AAPL,2018-02-02,10,12,9,11,1000,10.5\n", 3, "date",
                "AAPL 2018-02-02 is in line 2 already"
            ),
            ("AAPL,2018-02-03,10,12,9,11,1,1\n", 3, "date", "is no session of the exchange"),
            ("NOPE,2018-02-05,10,12,9,11,1,1\n", 3, "symbol", "is unknown: 'NOPE'"),
            (",2018-02-05,10,12,9,11,1,1\n", 3, "symbol", "is empty"),
            ("AAPL,2018-02-30,10,12,9,11,1,1\n", 3, "date", "is not a date: '2018-02-30'"),
            ("AAPL,05.02.2018,10,12,9,11,1,1\n", 3, "date", "is not a date: '05.02.2018'"),
            (
                "AAPL,2018-02-05T10:00:00Z,10,12,9,11,1,1\n", 3, "date",
                "is not the start of a bar of 1 day"
            ),
            (
                "AAPL,2099-02-05,10,12,9,11,1,1\n", 3, "date",
                "is of a bar that is not complete yet"
            ),
            ("\nAAPL,2018-02-05,10,12,9,1\01,1,1\n", 4, "close", "holds a NUL byte"),
            ("AAPL,2018-02-05,10\n", 3, nil, "has 3 fields, the header 8"),
            ("AAPL,2018-02-05,10,12,9,11,1,1,1\n", 3, nil, "has 9 fields, the header 8"),
            (
                "AAPL,2018-02-05,10,12,9,11,1,1", 3, nil,
                "the last line has no line end and may be cut short"
            ),
            (
                "AAPL,2018-02-05,\"10", 3, "open", "opens a quote that is never closed"
            ),
        ] as [(String, Int, String?, String)])
    func refused(_ row: String, _ line: Int, _ column: String?, _ reason: String) async throws {
        try await loadInstruments()
        let run = try await ingest(text: Self.header + Self.good + row)
        #expect(run.code == .dataRefused)
        let report = try report(run)
        let faults = try #require(report["faults"] as? [[String: Any]])
        #expect(faults.count == 1, "\(faults)")
        #expect(faults.first?["line"] as? Int == line)
        #expect(faults.first?["column"] as? String == column)
        #expect(faults.first?["reason"] as? String == reason)
        #expect(report["is_refused"] as? Bool == true)
        #expect(try await query("select count(*) from market.bar") == 0)
        #expect(try await query("select count(*) from market.rejected_row") == 0)
    }

    @Test("Bytes that are not UTF-8 are refused with their column")
    func notUTF8() async throws {
        try await loadInstruments()
        let bytes = Array((Self.header + "AA").utf8) + [0xFF] + Array(Self.good.utf8)
        let run = try await ingest([], bytes: bytes)
        #expect(run.code == .dataRefused)
        let faults = try #require(try report(run)["faults"] as? [[String: Any]])
        #expect(faults.first?["column"] as? String == "symbol")
        #expect(faults.first?["reason"] as? String == "is not UTF-8")
    }

    @Test(
        "A header that cannot be loaded says why",
        arguments: [
            ("symbol,date,open,high,low,volume\n", "line 1: column 'close' is missing"),
            ("symbol,date,open,open,high,low,close,volume\n", "column 4: 'open' is there twice"),
            ("a,b,c\n", "line 1: the header tells no known kind of file: a,b,c"),
            ("", "the file is empty"),
            ("\u{0}\n", "the header holds a NUL byte"),
        ])
    func badHeader(_ header: String, _ message: String) async throws {
        let run = try await ingest(text: header + Self.good)
        #expect(run.code == .dataRefused || header.isEmpty)
        #expect(header.isEmpty || run.errors.contains(message), "\(run.errors)")
        if header.isEmpty {
            let empty = try await ingest(text: "")
            #expect(empty.code == .dataRefused)
            #expect(empty.errors.contains(message))
        }
    }

    @Test("With --skip-bad the good rows are stored and the bad ones kept, once")
    func skipBad() async throws {
        try await loadInstruments()
        let text =
            Self.header + Self.good + "AAPL,2018-02-05,10,8,9,8.5,-1,x\n"
            + "NOPE,2018-02-05,1,1,1,1,1,1\nAAPL,2018-02-0"
        for round in 1...2 {
            let run = try await ingest("--skip-bad", text: text)
            #expect(run.code == .success)
            #expect(try report(run)["inserted"] as? Int == (round == 1 ? 1 : 0))
            #expect(try report(run)["rejected"] as? Int == 3)
        }
        let kept: [String] = try await query(
            """
            select array_agg(line || ' ' || coalesce(column_name, '-') || ' ' || raw
                order by rejected_row_id)
            from market.rejected_row
            """)
        #expect(
            kept == [
                "3 adj_close AAPL,2018-02-05,10,8,9,8.5,-1,x",
                "4 symbol NOPE,2018-02-05,1,1,1,1,1,1", "5 - AAPL,2018-02-0",
            ])
    }

    @Test("A stored bar is only replaced with --correct, and is known from then on")
    func correct() async throws {
        try await loadInstruments()
        _ = try await ingest(text: Self.header + Self.good)
        let changed = Self.header + "AAPL,2018-02-02,10,12,9,11.5,,10.5\n"
        let refused = try await ingest(text: changed)
        #expect(refused.code == .dataRefused)
        let faults = try #require(try report(refused)["faults"] as? [[String: Any]])
        #expect(faults.first?["column"] as? String == "close")
        #expect(
            faults.first?["reason"] as? String == "differs from what is stored: 11.5, stored 11")
        let corrected = try await ingest("--correct", text: changed)
        #expect(try report(corrected)["corrected"] as? Int == 1)
        let isNow: Bool = try await query(
            """
            select close = 11.5 and volume = 1000 and known_at > now() - interval '1 hour'
            from market.bar
            """)
        #expect(isNow)
    }

    @Test("Bars of minutes are known at their end")
    func minutes() async throws {
        try await loadInstruments()
        let run = try await ingest(
            "--interval", "5m",
            text: Self.header + "BTC-USD,2018-02-05T10:05:00Z,10,12,9,11,1,\n")
        #expect(try report(run)["inserted"] as? Int == 1)
        #expect(
            try await query("select known_at::text from market.bar", as: String.self)
                == "2018-02-05 10:10:00+00")
        let unknown = try await ingest("--interval", "7m", text: Self.header + Self.good)
        #expect(unknown.code == .dataRefused)
        #expect(unknown.errors.contains("there is no bar interval '7m'"))
    }

    @Test("A table of closes becomes bars with a close alone")
    func closes() async throws {
        try await loadInstruments()
        let run = try await ingest(
            text: "date,AAPL,BTC-USD\n2018-02-02,11,\n2018-02-05,12,7000\n")
        #expect(try report(run)["kind"] as? String == "closes")
        #expect(try report(run)["inserted"] as? Int == 3)
        #expect(try await query("select count(*) from market.bar where open is null") == 3)
    }

    @Test("The demo's files are loaded whole, in any order, and again without effect")
    func demo() async throws {
        let data = TestServer.root.appending(path: "demo/data")
        let files = ["ohlcv_daily.csv", "symbols.csv", "xnys_sessions.csv"].map {
            data.appending(path: $0).path
        }
        for round in 1...2 {
            let run = try await command(["ingest"] + files)
            #expect(run.code == .success, "\(run.output)\(run.errors)")
            let expected = round == 1 ? "24051 stored" : "24051 were there already"
            #expect(run.output.contains(expected), "\(run.output)")
        }
        #expect(try await query("select count(*) from market.bar") == 24_051)
        #expect(try await query("select count(*) from market.instrument") == 523)
        #expect(try await query("select count(*) from market.session") == 3_744)
        let calendars: [String] = try await query(
            """
            select array_agg(distinct asset_class || ' ' || coalesce(calendar, 'every day'))
            from market.instrument
            """)
        #expect(calendars == ["crypto every day", "equity XNYS", "index XNYS"])
    }

    @Test("Files that are not there, or no files, are refused")
    func noFile() async throws {
        let absent = try await command(["ingest", "/no/such/file.csv"])
        #expect(absent.code == .dataRefused)
        #expect(absent.errors.contains("/no/such/file.csv cannot be opened"))
        let isFolder = try await command(["ingest", folder.url.path])
        #expect(isFolder.code == .dataRefused)
        #expect(isFolder.errors.contains("is a folder"))
    }
}
