import Foundation
import Postgres
import Support
import Synchronization
import Testing

@testable import Gateway

/// The database is killed and started again while many ask.
@Suite("Gateway under load", .requiresDatabase, .timeLimit(.minutes(5)))
struct GatewayRestartTests {
    /// What the askers were answered.
    private final class Answers: Sendable {
        private let counts = Mutex<[Int: Int]>([:])
        /// The askers end with the request they are at: one that was cancelled says nothing of us.
        let isOver = Mutex(false)

        func add(_ status: Int) {
            counts.withLock { $0[status, default: 0] += 1 }
        }

        func count(_ status: Int) -> Int { counts.withLock { $0[status] ?? 0 } }
        var all: [Int: Int] { counts.withLock { $0 } }
    }

    private static let paths = [
        "/api/accounts", "/api/positions", "/api/portfolio", "/api/whoami",
        "/api/market/instruments",
    ]

    @Test("With the database killed and back, each is answered or told to come again")
    func restart() async throws {
        let server = try DrillServer()
        let admin = Pool(try server.target(as: "postgres"))
        _ = try await admin.query("select tenant.create_tenant(1, 'one')")
        let key: String = try await admin.query(
            "select secret from tenant.create_key(1, 'test', '{read}', null, 100000, 100000)"
        ).value()
        await admin.close()
        var settings = Pool.Settings()
        settings.acquireLimit = .milliseconds(500)
        let pool = Pool(try server.target(as: "bellwether_gateway"), settings: settings)
        // A session belongs to one thread: each asker is a lane of its own.
        let direct = (0..<6).map { _ in
            DirectPool(pool.target, maximum: 1, limit: .seconds(5))
        }
        let service = Service(
            pool: pool, libraries: nil, isSecure: false, log: { _ in }, complain: { _ in })
        let lines = Task {
            await withTaskGroup(of: Void.self) { group in
                for one in direct { group.addTask { await one.run() } }
            }
        }
        let answers = Answers()

        let askers = (0..<6).map { number in
            Task {
                var turn = number
                let lane = LaneDriver(service, direct[number])
                while !answers.isOver.withLock({ $0 }) {
                    turn += 1
                    let request = Request(
                        method: "GET", path: Self.paths[turn % Self.paths.count],
                        headers: ["authorization": "Bearer \(key)"])
                    if let response = lane.reply(request) {
                        answers.add(response.status)
                    } else if case .whole(let response) = await service.reply(request) {
                        answers.add(response.status)
                    }
                }
            }
        }
        while answers.count(200) < 500 { try await Task.sleep(for: .milliseconds(10)) }
        try await server.kill()
        while answers.count(503) < 20 { try await Task.sleep(for: .milliseconds(10)) }
        let health = await service.reply(
            Request(method: "GET", path: "/health", query: [("fresh", "true")]))
        if case .whole(let health) = health { #expect(health.status == 503) }
        try server.start()
        let before = answers.count(200)
        while answers.count(200) < before + 500 { try await Task.sleep(for: .milliseconds(10)) }
        answers.isOver.withLock { $0 = true }
        for asker in askers { await asker.value }
        // Nobody was told anything else than an answer, or to come again.
        #expect(Set(answers.all.keys) == [200, 503], "\(answers.all)")
        // And what was said of the database is over.
        for path in Self.paths {
            let last = await service.reply(
                Request(method: "GET", path: path, headers: ["authorization": "Bearer \(key)"]))
            if case .whole(let last) = last { #expect(last.status == 200, "\(path)") }
        }
        lines.cancel()
        await lines.value
        await pool.close()
        try server.remove()
    }
}
