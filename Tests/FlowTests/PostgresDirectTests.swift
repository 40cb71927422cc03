import Foundation
import Postgres
import Support
import Testing

@Suite("A direct pool", .requiresDatabase, .emptySchema)
struct PostgresDirectTests {
    /// A pool whose connections stand, for the time of the body.
    private func withPool(
        maximum: Int = 1, limit: Duration = .seconds(5),
        _ body: (DirectPool) async throws -> Void
    ) async throws {
        let pool = DirectPool(
            try ScratchDatabase.require().admin, maximum: maximum, limit: limit)
        let running = Task { await pool.run() }
        defer { running.cancel() }
        try await untilThere(pool)
        try await body(pool)
        running.cancel()
        await running.value
    }

    /// A connection is opened by a task: asks until there is one.
    private func untilThere(_ pool: DirectPool) async throws {
        while try pool.query("select 1") == nil { await Task.yield() }
    }

    @Test("Before it runs there is no connection")
    func empty() throws {
        let pool = DirectPool(
            try ScratchDatabase.require().admin, maximum: 1, limit: .seconds(1))
        #expect(try pool.query("select 1") == nil)
    }

    @Test("values are bound, and twice the same")
    func answers() async throws {
        try await withPool { pool in
            for _ in 1...2 {
                let rows = try #require(
                    try pool.query(
                        "select \(bind: "it's") as name, \(bind: nil as String?)::text as none"))
                #expect(try rows.only().get("name", as: String.self) == "it's")
                #expect(rows.first?.isNull("none") == true)
            }
        }
    }

    @Test("a failure names its statement, undoes all, and the connection goes on")
    func failure() async throws {
        try await withPool { pool in
            _ = try pool.query("create table item (id int unique)")
            let error = try #require(throws: PostgresError.self) {
                try pool.query("insert into item values (1), (1)")
            }
            #expect(error.sqlState == "23505")
            let count = try #require(try pool.query("select count(*) from item"))
            #expect(try count.value(as: Int.self) == 0)
        }
    }

    @Test("a setup holds until another one, and never past an error")
    func setup() async throws {
        func named(_ key: Int64) -> DirectPool.Setup {
            DirectPool.Setup(
                key: key, "select set_config('test.name', \(bind: String(key)), false)")
        }
        try await withPool { pool in
            for key: Int64 in [1, 1, 2, 1] {
                let rows = try pool.query("select current_setting('test.name')", after: named(key))
                #expect(try rows?.value(as: String.self) == String(key))
            }
            #expect(throws: PostgresError.self) { try pool.query("select 1 / 0", after: named(2)) }
            for key: Int64 in [2, 1] {
                let rows = try pool.query("select current_setting('test.name')", after: named(key))
                #expect(try rows?.value(as: String.self) == String(key))
            }
        }
    }

    @Test("a statement over the limit is cut off")
    func limit() async throws {
        try await withPool(limit: .milliseconds(50)) { pool in
            let error = try #require(throws: PostgresError.self) {
                try pool.query("select pg_sleep(60)")
            }
            #expect(error.sqlState == "57014")
            #expect(try pool.query("select 1") != nil)
        }
    }

    @Test("one whose server is silent is given up, and another comes")
    func silence() async throws {
        try await withPool { pool in
            let session = try #require(pool.begin("select pg_sleep(60)"))
            guard case .waiting = pool.advance(session) else {
                Issue.record("the server has not slept")
                return
            }
            #expect(try pool.query("select 1") == nil)
            pool.abandon(session)
            try await untilThere(pool)
        }
    }

    @Test("one that its server ends while it is idle is replaced when it is looked at")
    func ended() async throws {
        try await withPool { pool in
            let session = try #require(pool.begin("select pg_backend_pid()"))
            var process: Int32?
            while process == nil {
                if case .rows(let rows) = pool.advance(session) { process = try rows.value() }
            }
            let other = try await Connection.connect(ScratchDatabase.require().admin)
            _ = try await other.query("select pg_terminate_backend(\(bind: process), 5000)")
            await other.close()
            pool.look(session.id)
            try await untilThere(pool)
            let next: Int32? = try pool.query("select pg_backend_pid()")?.value()
            #expect(next != nil && next != process)
        }
    }

    @Test("short statements share a session: each has its own answer, or its own failure")
    func shared() async throws {
        try await withPool { pool in
            func name(_ key: Int64) -> DirectPool.Setup {
                DirectPool.Setup(
                    key: key, "select set_config('test.name', \(bind: String(key)), false)")
            }
            func take(_ session: DirectSession) -> DirectPool.Progress {
                while true {
                    let progress = pool.advance(session)
                    guard case .waiting = progress else { return progress }
                }
            }
            // A session that is being told something is not shared: a failure would undo it.
            let telling = try #require(
                pool.begin("select 1 / 0", after: name(1), expected: 2.5))
            #expect(pool.begin("select 1", after: name(1), expected: 2.5) == nil)
            guard case .failed = take(telling) else {
                Issue.record("divided by nothing")
                return
            }
            #expect(try pool.query("select 1", after: name(1)) != nil)
            let first = try #require(
                pool.begin(
                    "select current_setting('test.name') || pg_sleep(0.05)::text", after: name(1),
                    expected: 2.5))
            let second = pool.begin("select 1 / 0", after: name(1), expected: 2.5)
            let third = pool.begin(
                "select current_setting('test.name') || 'c'", after: name(1), expected: 2.5)
            #expect(second === first && third === first)
            // Another setting, or a statement that may be long, has no place there.
            #expect(pool.begin("select 1", after: name(2), expected: 2.5) == nil)
            #expect(pool.begin("select 1", after: name(1)) == nil)
            #expect(pool.begin("select 1", after: name(1), expected: 2.5) === first)
            // Those who would wait for more than 10 ms go elsewhere.
            #expect(pool.begin("select 1", after: name(1), expected: 2.5) == nil)
            guard case .rows(let one) = take(first), case .failed(let error) = take(first),
                case .rows(let three) = take(first), case .rows = take(first)
            else {
                Issue.record("other answers")
                return
            }
            #expect(try one.value(as: String.self) == "1")
            #expect(error.sqlState == "22012")
            #expect(try three.value(as: String.self) == "1c")
            // Free again, for others too.
            let other = try pool.query("select current_setting('test.name')", after: name(2))
            #expect(try other?.value(as: String.self) == "2")
        }
    }

    @Test("short statements share one session, others only when none is idle")
    func idleFirst() async throws {
        try await withPool(maximum: 3) { pool in
            let setup = DirectPool.Setup(key: 1, "select set_config('test.name', '1', false)")
            func start(_ milliseconds: Double) throws -> DirectSession {
                try #require(
                    pool.begin(
                        "select pg_backend_pid()", after: setup, expected: milliseconds))
            }
            // All three are told.
            var told: [DirectSession] = []
            while told.count < 3 {
                if let session = pool.begin("select 1", after: setup) { told.append(session) }
            }
            for session in told {
                while case .waiting = pool.advance(session) {}
            }
            let short = try start(0.1)
            #expect(try start(0.1) === short)
            let second = try start(2)
            let third = try start(1)
            #expect(second !== short && third !== short && second !== third)
            // None is idle: the shortest queue, even for what is not short.
            #expect(try start(3) === short)
            #expect(try start(3) === third)
            #expect(try start(0.1) === second)
            #expect(pool.begin("select 1", after: setup) == nil)
            var processes: [Int32] = []
            for session in [short, short, second, third, short, third, second] {
                while true {
                    let progress = pool.advance(session)
                    if case .waiting = progress { continue }
                    guard case .rows(let rows) = progress else { break }
                    processes.append(try rows.value())
                    break
                }
            }
            #expect(processes.count == 7 && Set(processes).count == 3)
        }
    }

    @Test("with the session all that was under way there is lost, each is told")
    func sharedLost() async throws {
        try await withPool { pool in
            let setup = DirectPool.Setup(key: 1, "select set_config('test.name', '1', false)")
            _ = try pool.query("select 1", after: setup)
            let session = try #require(
                pool.begin("select pg_sleep(60)", after: setup, expected: 2.5))
            #expect(pool.begin("select 1", after: setup, expected: 2.5) === session)
            pool.abandon(session)
            for _ in 1...2 {
                guard case .lost = pool.advance(session) else {
                    Issue.record("not lost")
                    return
                }
            }
            pool.abandon(session)
            try await untilThere(pool)
            // One connection took its place, not two.
            #expect(pool.begin("select 1") != nil && pool.begin("select 1") == nil)
        }
    }

    @Test("answers do not get mixed up where several are under way")
    func several() async throws {
        try await withPool(maximum: 3) { pool in
            var sessions: [DirectSession] = []
            while sessions.count < 3 {
                let text = String(sessions.count)
                if let one = pool.begin("select \(bind: text)::text, pg_sleep(0.05)") {
                    sessions.append(one)
                }
                await Task.yield()
            }
            #expect(pool.begin("select 1") == nil)
            for (number, session) in sessions.enumerated().reversed() {
                var answer: String?
                while answer == nil {
                    if case .rows(let rows) = pool.advance(session) {
                        answer = try rows.only().get(0, as: String.self)
                    }
                }
                #expect(answer == String(number))
            }
        }
    }

    @Test("a lost connection is replaced")
    func lost() async throws {
        try await withPool { pool in
            let other = try await Connection.connect(ScratchDatabase.require().admin)
            let rows = try #require(try pool.query("select pg_backend_pid()"))
            let process: Int32 = try rows.value()
            _ = try await other.query("select pg_terminate_backend(\(bind: process), 5000)")
            await other.close()
            #expect(try pool.query("select 1") == nil)
            try await untilThere(pool)
        }
    }

    @Test("a table that changes is no trouble for long")
    func stalePlan() async throws {
        try await withPool { pool in
            _ = try pool.query("create table altered (id int)")
            #expect(try pool.query("select * from altered")?.columnNames == ["id"])
            _ = try pool.query("alter table altered add column name text")
            #expect(throws: PostgresError.self) { try pool.query("select * from altered") }
            try await untilThere(pool)
            #expect(
                try pool.query("select * from altered")?.columnNames == ["id", "name"])
        }
    }

    @Test("after many different texts the session is replaced, not filled")
    func manyTexts() async throws {
        try await withPool { pool in
            for number in 0..<600 {
                var rows = try pool.query(SQL(unchecked: "select \(number)"))
                while rows == nil {
                    await Task.yield()
                    rows = try pool.query(SQL(unchecked: "select \(number)"))
                }
                #expect(try rows?.value(as: Int.self) == number)
            }
            let kept = try pool.query("select count(*) from pg_prepared_statements")
            if let kept { #expect(try kept.value(as: Int.self) <= 257) }
        }
    }
}
