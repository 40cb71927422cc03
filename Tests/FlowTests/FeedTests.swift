import Foundation
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

@Suite("Feed", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct FeedTests {
    private func feed(_ market: MarketVendors) -> Feed {
        Feed(vendors: market.vendors, log: market.fetcher.log)
    }

    private func watch(
        _ market: MarketVendors, _ symbols: [String], intervals: [String] = [],
        providers: [String]? = nil
    ) async throws {
        _ = try await market.vendors.pool.withConnection { connection in
            try await Market.watch(
                symbols, intervals: intervals,
                series: symbols == ["BTC-USD"] && !intervals.isEmpty ? ["funding"] : [],
                providers: providers, on: connection)
        }
    }

    @Test("A round brings quotes and the bars that are complete; the next only what is new")
    func rounds() async throws {
        let market = try await MarketVendors.open()
        try await watch(market, ["AAPL", "MSFT"])
        try await watch(market, ["BTC-USD"], intervals: ["1h"])
        let first = try await feed(market).round()
        #expect(first.symbols == 3)
        #expect(first.quotes == 3, "\(first)")
        #expect(first.silent.isEmpty && first.problems.isEmpty && first.rejected == 0, "\(first)")
        #expect(first.bars >= 49 && first.bars <= 51, "\(first)")
        #expect(first.values > 0)
        let paths = try market.fake.requests().map(\.path)
        #expect(
            paths.filter { $0.contains("/v2/stocks/quotes/latest") }.count == 1,
            "one request for all shares: \(paths)")
        let stale: Int = try await market.query(
            "select count(*) from market.freshness where stale_reason is not null")
        #expect(stale == 0)
        _ = try await feed(market).round()
        let next = try market.fake.requests().map(\.path)
        #expect(next.allSatisfy { !$0.contains("/bars") && !$0.contains("/klines") }, "\(next)")
        await market.close()
    }

    @Test("Who says no price is followed by the next; who is left says why")
    func fallback() async throws {
        let market = try await MarketVendors.open()
        try await watch(market, ["AAPL"], providers: ["alpaca", "yahoo"])
        try await watch(market, ["BTC-USD"], providers: ["bybit"])
        let fault = #"{"fault": "status", "status": 500, "match": "/v2/stocks/quotes"}"#
        let other = #"{"fault": "malformed", "match": "/v5/market/tickers"}"#
        try market.fake.script(fault, fault, fault, other, other, other)
        let round = try await feed(market).round()
        #expect(round.quotes == 1, "\(round)")
        #expect(round.silent == ["BTC-USD"])
        #expect(try await market.counted("fallback", "alpaca") == 1)
        #expect(try await market.counted("fallback", "bybit") == 0)
        let told: [String] = try await market.query(
            """
            select array_agg(coalesce(w.quote_provider, w.problem) order by i.symbol)
            from market.watch as w inner join market.instrument as i using (instrument_id)
            """)
        #expect(told == ["yahoo", "bybit: the answer is no JSON"])
        await market.close()
    }

    @Test("A quote that cannot be stops nobody's quote")
    func poison() async throws {
        let market = try await MarketVendors.open()
        try await watch(market, ["AAPL", "MSFT"], providers: ["alpaca"])
        _ = try market.fake.ask(#"{"price": {"symbol": "AAPL", "bid": "NaN", "ask": 5}}"#)
        let round = try await feed(market).round()
        #expect(round.quotes == 1 && round.rejected == 1, "\(round)")
        let reason: String = try await market.query(
            "select column_name || ' ' || reason from market.rejected_row")
        #expect(reason == "bid is not a number: 'NaN'")
        await market.close()
    }

    @Test("A price that falls wakes the event monitor in the quote's transaction")
    func monitor() async throws {
        let market = try await MarketVendors.open()
        try await market.admin.withConnection { connection in
            try await connection.execute(
                """
                select tenant.create_tenant(1, 'one');
                set bellwether.tenant = 1;
                select api.set_monitor(asset_classes => '{crypto}');
                reset bellwether.tenant;
                """)
        }
        try await watch(market, ["BTC-USD"], providers: ["binance"])
        for (bid, ask) in [("100", "100.1"), ("93.5", "93.6")] {
            _ = try market.fake.ask(
                #"{"price": {"symbol": "BTC", "bid": "\#(bid)", "ask": "\#(ask)"}}"#)
            #expect(try await feed(market).round().quotes == 1)
        }
        let isSoon: Bool = try await market.query(
            """
            select j.enqueued_at - q.known_at < interval '1 second'
            from work.job as j
            cross join (select max(known_at) as known_at from market.quote) as q
            where j.kind = 'market_move'
            """)
        #expect(isSoon, "it is enqueued in the quote's own transaction")
        let run = try await BellwetherCommand.run(
            "worker", "--until-idle", "--kinds", "market_move", as: "bellwether_worker")
        #expect(run.code == .success, "\(run.errors)")
        let cycle: String = try await market.query(
            "select kind || ' ' || symbols[1] from agent.cycle where tenant_id = 1")
        #expect(cycle == "event BTC-USD")
        await market.close()
    }

    @Test("The command fetches by days and minutes, says gaps, and goes on after an unknown symbol")
    func command() async throws {
        let market = try await MarketVendors.open()
        let variables = MarketVendors.variables(market.fake)
        let run = try await BellwetherCommand.run(
            "ingest", "--provider", "binance,yahoo", "--symbols", "BTC-USD,AAPL", "--start", "30",
            "--end", "now", "--interval", "15", "--series", "bars", "--json",
            as: "bellwether_worker", variables: variables)
        #expect(run.code == .success, "\(run.output)\(run.errors)")
        let reports = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
        #expect(reports.map { $0["symbol"] as? String } == ["BTC-USD", "AAPL"])
        #expect(reports.map { $0["interval"] as? String } == ["15m", "15m"])
        #expect((reports[0]["stored"] as? Int ?? 0) >= 30 * 96, "\(reports)")
        #expect((reports[0]["gaps"] as? [Any])?.isEmpty == true, "\(reports)")
        #expect(!run.errors.contains("secret"))

        let unknown = try await BellwetherCommand.run(
            "ingest", "--symbols", "SOL-USD", as: "bellwether_worker", variables: variables)
        #expect(unknown.code == .dataRefused)
        #expect(unknown.errors.contains("no instrument has the symbol SOL-USD"))
        let added = try await BellwetherCommand.run(
            "ingest", "--symbols", "ETH-USD,NEW-USD", "--asset-class", "crypto", "--provider",
            "bybit", "--start", "2d", "--interval", "1h", "--series", "bars",
            as: "bellwether_worker", variables: variables)
        #expect(added.code == .unfinished, "\(added.output)\(added.errors)")
        #expect(added.output.contains("NEW-USD, bars of 1h: nothing"), "\(added.output)")
        #expect(added.output.contains("bybit: 10001: params error: Symbol Invalid"))
        #expect(added.output.contains("ETH-USD, bars of 1h: "), "\(added.output)")
        for (arguments, message) in [
            (["--provider", "yaho"], "Did you mean 'yahoo'?"),
            (["--interval", "7m"], "there is no bar interval '7m'"),
            (["--start", "1d", "--end", "2d"], "is not before"),
            (["--start", "soon"], "soon"), (["--series", "moods"], "there is no series 'moods'"),
        ] {
            let refused = try await refuse(arguments, variables)
            #expect(refused.code == .usage, "\(arguments)")
            #expect(refused.errors.contains(message), "\(refused.errors)")
        }
        await market.close()
    }

    private func refuse(
        _ arguments: [String], _ variables: [String: String]
    ) async throws -> BellwetherCommand {
        let output = Collected()
        let errors = Collected()
        var variables = variables
        variables["DATABASE_URL"] = try ScratchDatabase.require().url(as: "bellwether_worker")
        let program = Program(
            root: .bellwether, variables: variables, output: Output(write: output.add),
            errors: errors.add, isTerminal: false)
        let code = await program.run(["ingest", "--symbols", "AAPL"] + arguments)
        return BellwetherCommand(code: code, output: output.text, errors: errors.text)
    }

    @Test("The feed's command does one round, for a watchlist that it is given")
    func feedCommand() async throws {
        let market = try await MarketVendors.open()
        let run = try await BellwetherCommand.run(
            "feed", "--watch", "BTC-USD", "--interval", "1h", "--provider", "bybit", "--once",
            "--json", as: "bellwether_worker", variables: MarketVendors.variables(market.fake))
        #expect(run.code == .success, "\(run.errors)")
        #expect(run.output.contains(#""quotes":1"#), "\(run.output)")
        await market.close()
    }
}
