import Postgres
import Support
import Testing

@Suite("The pool", .requiresDatabase, .emptySchema)
struct PostgresPoolTests {
    private func pool(
        _ change: (inout Pool.Settings) -> Void = { _ in }
    ) throws -> Pool {
        var settings = Pool.Settings()
        change(&settings)
        return Pool(try ScratchDatabase.require().admin, settings: settings)
    }

    @Test("many tasks share few connections and all are served")
    func shares() async throws {
        let pool = try pool { $0.maximum = 3 }
        let processes = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await pool.query("select pg_backend_pid()").value() }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(processes.count <= 3)
        #expect(await pool.load == (busy: 0, idle: processes.count, waiting: 0))
        await pool.close()
    }

    @Test("tasks that are soon done share the eager connections")
    func staysSmall() async throws {
        let pool = try pool {
            ($0.maximum, $0.eager, $0.patience) = (50, 2, .seconds(20))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { _ = try await pool.query("select 1") }
            }
            try await group.waitForAll()
        }
        #expect(await pool.load == (busy: 0, idle: 2, waiting: 0))
        await pool.close()
    }

    @Test("when those are held nobody waits longer than its patience lets him")
    func growsWhenHeld() async throws {
        let pool = try pool {
            ($0.maximum, $0.eager, $0.patience) = (4, 1, .milliseconds(10))
        }
        // Each of four holds its connection until all have one: with fewer they would wait for ever.
        let meeting = Meeting(of: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { try await pool.withConnection { _ in await meeting.arrive() } }
            }
            try await group.waitForAll()
        }
        #expect(await pool.load == (busy: 0, idle: 4, waiting: 0))
        await pool.close()
    }

    @Test("the next user finds nothing of the last one's session")
    func resets() async throws {
        let pool = try pool { $0.maximum = 1 }
        try await pool.withConnection { connection in
            try await connection.execute(
                """
                set work_mem = '1MB'; set role pg_read_all_data; create temp table leftover ();
                select set_config('bellwether.tenant', '7', false);
                listen x; select pg_advisory_lock(1);
                """)
        }
        let row = try await pool.query(
            """
            select current_setting('work_mem') as memory, current_user::text as role,
                to_regclass('pg_temp.leftover') is null as temporary_gone,
                coalesce(current_setting('bellwether.tenant', true), '') as tenant,
                (select count(*) from pg_locks where locktype = 'advisory'
                    and pid = pg_backend_pid()) as locks,
                (select count(*) from pg_listening_channels()) as channels
            """
        ).only()
        #expect(try row.get("memory", as: String.self) != "1MB")
        #expect(try row.get("role", as: String.self) == "postgres")
        #expect(try row.get("temporary_gone", as: Bool.self))
        #expect(try row.get("tenant", as: String.self) == "")
        #expect(try row.get("locks", as: Int.self) == 0)
        #expect(try row.get("channels", as: Int.self) == 0)
        await pool.close()
    }

    @Test("a transaction that somebody left open by hand is rolled back")
    func rollsBack() async throws {
        let pool = try pool { $0.maximum = 1 }
        try await pool.withConnection { connection in
            try await connection.execute("create table thing (a int)")
            _ = try await connection.query("begin")
            _ = try await connection.query("insert into thing values (1)")
        }
        #expect(try await pool.query("select * from thing").isEmpty)
        await pool.close()
    }

    @Test("who waits too long gets a timeout that says so")
    func timesOut() async throws {
        let pool = try pool {
            $0.maximum = 1
            $0.acquireLimit = .milliseconds(50)
        }
        try await pool.withConnection { _ in
            let error = try await #require(throws: PostgresError.self) {
                try await pool.query("select 1")
            }
            #expect(error.code == .timeout)
        }
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test("who is cancelled while waiting leaves the queue")
    func cancels() async throws {
        let pool = try pool { $0.maximum = 1 }
        try await pool.withConnection { _ in
            let task = Task { try await pool.query("select 1") }
            while await pool.load.waiting == 0 { await Task.yield() }
            task.cancel()
            let error = try await #require(throws: PostgresError.self) { try await task.value }
            #expect(error.code == .cancelled)
            #expect(await pool.load.waiting == 0)
        }
        await pool.close()
    }

    @Test("a lost connection is replaced")
    func replaces() async throws {
        let pool = try pool {
            $0.maximum = 1
            $0.checkAfter = .zero
        }
        let first: Int32 = try await pool.query("select pg_backend_pid()").value()
        let other = try await Connection.connect(ScratchDatabase.require().admin)
        _ = try await other.query("select pg_terminate_backend(\(bind: first), 5000)")
        let second: Int32 = try await pool.query("select pg_backend_pid()").value()
        #expect(first != second)
        await pool.close()
    }

    @Test("one that breaks while it is lent frees its place")
    func freesPlace() async throws {
        let pool = try pool { $0.maximum = 1 }
        await #expect(throws: PostgresError.self) {
            try await pool.query("select pg_terminate_backend(pg_backend_pid())")
        }
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test("a wrong database is said at once, without retries")
    func doesNotRetry() async throws {
        let pool = Pool(try TestServer.admin().database("no_such_database"))
        let error = try await #require(throws: PostgresError.self) {
            try await pool.query("select 1")
        }
        #expect(error.message.contains("does not exist"))
        #expect(await pool.load == (busy: 0, idle: 0, waiting: 0))
    }

    @Test("after closing it lends nothing")
    func closes() async throws {
        let pool = try pool()
        _ = try await pool.query("select 1")
        await pool.close()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.query("select 1")
        }
        #expect(error.code == .closed)
    }
}

/// Whoever arrives waits for all the others.
private actor Meeting {
    private let size: Int
    private var present: [CheckedContinuation<Void, Never>] = []

    init(of size: Int) {
        self.size = size
    }

    func arrive() async {
        await withCheckedContinuation { continuation in
            present.append(continuation)
            guard present.count == size else { return }
            for one in present { one.resume() }
        }
    }
}
