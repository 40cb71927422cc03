import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing

@testable import bellwether

/// The kill switch by command and by file, and what stands before real money.
@Suite("Stopping, and going live", .requiresDatabase, .scratchDatabase)
struct PreflightFlowTests {
    private func count(_ desk: Desk, _ sql: SQL) async throws -> Int {
        try await desk.query(sql).value()
    }

    @Test("a halt by command refuses the next order, a resume lets it pass")
    func haltCommand() async throws {
        let desk = try await Desk.open()
        let halt = try await BellwetherCommand.run("halt", "the feed looks wrong")
        #expect(halt.code == .success, "\(halt.errors)")
        _ = try await desk.placeOrder()
        #expect(
            try await count(
                desk,
                "select count(*) from trade.orders where reason_code = 'TRADING_HALTED'") == 1)
        let resume = try await BellwetherCommand.run("resume", "it is fine")
        #expect(resume.code == .success, "\(resume.errors)")
        _ = try await desk.placeOrder()
        #expect(
            try await count(desk, "select count(*) from trade.orders where status = 'ready'") == 1)
        let nobody = try await BellwetherCommand.run("halt", "--scope", "symbol", "earnings")
        #expect(nobody.code == .usage && nobody.errors.contains("which symbol is not said"))
        await desk.close()
    }

    @Test("the halt file stops a worker that is about to send, and halts the tenant")
    func haltFile() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let folder = try ScratchFolder()
        let path = try folder.file("halt", "all else fails\n")
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        var submit = SubmitOrder(pool: desk.worker) { _, _ in paper }
        submit.haltFile = HaltFile(path: path)
        try await desk.run(submit, #"{"order_id": \#(order)}"#)
        #expect(
            try await desk.query(
                "select reason from trade.orders where order_id = \(bind: order)"
            ).value(as: String.self) == "\(path): all else fails")
        #expect(
            try await count(
                desk, "select count(*) from trade.orders where status = 'canceled'") == 1)
        #expect(try await count(desk, "select count(*) from trade.paper_book") == 0)
        #expect(
            try await count(
                desk,
                "select count(*) from api.halts where reason like 'halt file: %all else fails'")
                == 1)
        #expect(try HaltFile(path: path).remove())
        #expect(HaltFile(path: path).reason() == nil)
        await desk.close()
    }

    @Test("an order that may have left before the halt file came is asked for, not given up")
    func haltFileAfterSending() async throws {
        let desk = try await Desk.open()
        let order = try await desk.placeOrder()
        let folder = try ScratchFolder()
        let path = try folder.file("halt", "")
        let paper = PaperBroker(pool: desk.worker, tenant: desk.tenant, account: desk.account)
        let flaky = FlakyBroker(paper, [.acceptAndDrop])
        var submit = SubmitOrder(pool: desk.worker) { _, _ in flaky }
        submit.haltFile = HaltFile(path: path + ".not")
        await #expect(throws: JobFailure.self) {
            try await desk.run(submit, #"{"order_id": \#(order)}"#)
        }
        submit.haltFile = HaltFile(path: path)
        try await desk.run(submit, #"{"order_id": \#(order)}"#, attempt: 2)
        #expect(
            try await count(desk, "select count(*) from trade.orders where status = 'acked'") == 1)
        await desk.close()
    }

    @Test("a live broker gets no order before a check that passed")
    func liveNeedsPreflight() async throws {
        let fake = try FakeServer("alpaca_broker")
        let desk = try await Desk.open()
        _ = try await desk.query(
            "update trade.account set broker = 'alpaca' where account_id = \(bind: desk.account)")
        let endpoint = try AlpacaEndpoint(
            base: fake.base, keyID: try #require(APIKey("k")), secret: try #require(APIKey("s")))
        let brokers = AccountBrokers(
            pool: desk.worker, alpaca: AlpacaBroker(endpoint: endpoint, client: HTTPClient()),
            isLive: true)
        let failure = await #expect(throws: JobFailure.self) {
            _ = try await brokers.broker(desk.tenant, desk.account)
        }
        #expect(failure?.reason.contains("pre-flight") == true)
        #expect(try fake.requests().isEmpty)
        _ = try await desk.query(
            #"select trade.record_preflight('[{"name": "a", "passed": true}]')"#)
        _ = try await brokers.broker(desk.tenant, desk.account)
        await desk.close()
    }

    @Test("the pre-flight check lists what failed, keeps it, and says so by its exit code")
    func preflight() async throws {
        let desk = try await Desk.open()
        _ = try await desk.query("insert into trade.account (name, broker) values ('l', 'alpaca')")
        let url = try ScratchDatabase.require().url()
        let run = try await BellwetherCommand.run("preflight", "--json", "--paper", url)
        #expect(run.code == .failure, "\(run.errors)")
        let report = try JSONValue(parsing: run.output)
        #expect(report["passed"]?.bool == false)
        let checks = try #require(report["checks"]?.array)
        func passed(_ name: String) -> Bool? {
            checks.first { $0["name"]?.string == name }?["passed"]?.bool
        }
        #expect(passed("database") == true && passed("database's clock") == true)
        #expect(passed("halt holds") == true && passed("trading state") == true)
        // It is the same database, and nobody has traded in it.
        #expect(passed("paper database") == false && passed("paper days") == false)
        #expect(passed("breaker tripped on purpose") == false && passed("live switch") == false)
        #expect(try await count(desk, "select count(*) from api.preflights where not passed") == 1)
        let words = try await BellwetherCommand.run("preflight", "--paper", url)
        #expect(words.code == .failure && words.output.contains("fail  paper days"))
        await desk.close()
    }

    @Test("what was learnt goes to another database, once")
    func promote() async throws {
        let desk = try await Desk.open()
        _ = try await desk.query("select agent.add_prompt('DataAgent', 'Better words.')")
        let paper = try ScratchDatabase.require().url()
        try await ScratchDatabase.with(.installed) { live in
            let admin = try await Connection.connect(live.admin)
            try await admin.execute("select tenant.create_tenant(1, 'one')")
            let url = try TestServer.url(of: live.name)
            for expected in [1, 0] {
                let run = try await BellwetherCommand.run(
                    "promote", "--paper", paper, "--json", database: url)
                #expect(run.code == .success, "\(run.errors)")
                #expect(
                    try JSONValue(parsing: run.output)["prompts"]?.numberText == "\(expected)")
            }
            await admin.close()
        }
        let same = try await BellwetherCommand.run("promote", "--paper", paper)
        #expect(same.code == .usage && same.errors.contains("both are the same database"))
        await desk.close()
    }
}
