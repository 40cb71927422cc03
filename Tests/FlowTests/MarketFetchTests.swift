import Foundation
import Postgres
import Providers
import Support
import Testing
import Trading

@testable import bellwether

@Suite("Market data of vendors", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct MarketFetchTests {
    @Test(
        "Bars come whole and once, whoever tells them",
        arguments: [
            ("alpaca", "AAPL", BarInterval.quarter), ("alpaca", "AAPL", .day),
            ("alpaca", "AAPL", .hour), ("alpaca", "BTC-USD", .hour),
            ("binance", "BTC-USD", .quarter), ("binance", "ETH-USD", .day),
            ("bybit", "BTC-USD", .fiveMinutes), ("bybit", "BTC-USD", .day),
            ("yahoo", "AAPL", .quarter), ("yahoo", "AAPL", .day), ("yahoo", "BTC-USD", .hour),
        ])
    func whole(_ provider: String, _ symbol: String, _ interval: BarInterval) async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(20)..<MarketVendors.day(5)
        let report = try await market.fetch(symbol, interval, range, [provider])
        #expect(!report.isFailed, "\(report)")
        #expect(report.stored > 0)
        #expect(report.rejected == 0, "\(report)")
        #expect(try await market.gaps(symbol, interval, range) == 0)
        let count: Int = try await market.query("select count(*) from market.bar")
        #expect(count == report.stored)
        _ = try market.fake.requests()
        let again = try await market.fetch(symbol, interval, range, [provider])
        #expect(again.requests == 0, "what was fetched is not asked for again")
        #expect(try market.fake.requests().isEmpty)
        await market.close()
    }

    @Test("All vendors' bars are the same bars: another's change nothing")
    func same() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(12)..<MarketVendors.day(6)
        let first = try await market.fetch("BTC-USD", .hour, range, ["yahoo"])
        for provider in ["binance", "bybit", "alpaca"] {
            let report = try await market.fetch(
                "BTC-USD", .hour, range, [provider], correct: true)
            #expect(report.unchanged == first.stored, "\(provider): \(report)")
            #expect(report.corrected == 0 && report.rejected == 0 && report.stored == 0)
        }
        await market.close()
    }

    @Test(
        "What passes is waited for, and asked again",
        arguments: [
            #"{"fault": "status", "status": 429, "headers": {"Retry-After": "0.02"}}"#,
            #"{"fault": "status", "status": 500}"#, #"{"fault": "malformed"}"#,
            #"{"fault": "shape"}"#, #"{"fault": "close"}"#, #"{"fault": "slow"}"#,
            #"{"fault": "shuffled"}"#,
        ], ["alpaca", "binance", "bybit", "yahoo"])
    func passing(_ fault: String, _ provider: String) async throws {
        let market = try await MarketVendors.open()
        let symbol = provider == "alpaca" ? "AAPL" : "BTC-USD"
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(fault)
        let report = try await market.fetch(symbol, .quarter, range, [provider])
        #expect(!report.isFailed && report.problems.isEmpty, "\(report)")
        #expect(try await market.gaps(symbol, .quarter, range) == 0)
        let throttled = try await market.counted("throttled", provider)
        #expect(throttled == (fault.contains("429") ? 1 : 0))
        #expect(try await market.counted("fallback", provider) == 0)
        await market.close()
    }

    @Test("A vendor that fails for good is followed by the next, which is counted")
    func fallback() async throws {
        let market = try await MarketVendors.open()
        let fault = #"{"fault": "status", "status": 503, "match": "/fapi/"}"#
        try market.fake.script(fault, fault, fault)
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        let report = try await market.fetch("BTC-USD", .quarter, range, ["binance", "bybit"])
        #expect(!report.isFailed)
        #expect(report.providers == ["bybit"])
        #expect(report.problems == ["binance: status 503: scripted"])
        #expect(try await market.gaps("BTC-USD", .quarter, range) == 0)
        #expect(try await market.counted("fallback", "binance") == 1)
        #expect(try await market.counted("fallback", "bybit") == 0)
        let metrics: String = try await market.query("select ops.metrics_text()")
        #expect(
            metrics.contains(#"trading_market_data_fallbacks_total{provider="binance"} 1"#))
        let states: [String] = try await market.query(
            "select array_agg(provider || ' ' || status order by provider) from market.fetch_state")
        #expect(states == ["binance failed", "bybit done"])
        await market.close()
    }

    @Test(
        "Rows that cannot be are kept with their reason; the others are stored",
        arguments: ["alpaca", "binance", "bybit", "yahoo"])
    func poison(_ provider: String) async throws {
        let market = try await MarketVendors.open()
        let symbol = provider == "alpaca" ? "AAPL" : "BTC-USD"
        // A week: in two days there may be one session, or none.
        let range = MarketVendors.day(14)..<MarketVendors.day(7)
        try market.fake.script(#"{"fault": "poison"}"#)
        let report = try await market.fetch(symbol, .quarter, range, [provider])
        #expect(!report.isFailed, "\(report)")
        #expect(report.rejected == 4, "\(report)")
        #expect(report.stored > 40)
        let reasons: [String] = try await market.query(
            """
            select array_agg(distinct coalesce(column_name, '-') || ' ' || split_part(reason, ' ', 1)
                || ' ' || split_part(reason, ' ', 2))
            from market.rejected_row where line <= 6
            """)
        #expect(reasons.contains("close is not"), "\(reasons)")
        #expect(
            reasons.contains { $0.hasPrefix("high is") || $0.contains("above high") }, "\(reasons)")
        #expect(reasons.contains("date is not"), "\(reasons)")
        #expect(reasons.contains { $0.hasPrefix("-") }, "\(reasons)")
        #expect(try await market.gaps(symbol, .quarter, range) == 4, "the gaps say so")
        #expect(try await market.counted("rejected", provider) == 4)
        await market.close()
    }

    @Test("A stale page is seen, and asked for again")
    func stalePage() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(30)..<MarketVendors.day(5)
        for (provider, symbol) in [("binance", "BTC-USD"), ("alpaca", "AAPL")] {
            try market.fake.script(
                #"{"fault": "shuffled", "page": 300}"#, #"{"fault": "again", "page": 300}"#)
            let report = try await market.fetch(symbol, .quarter, range, [provider])
            #expect(!report.isFailed, "\(report)")
            #expect(report.rejected == 0, "\(report)")
            #expect(try await market.gaps(symbol, .quarter, range) == 0, "\(provider)")
        }
        await market.close()
    }

    @Test("An empty answer is one: the gap is told, and correct asks again")
    func empty() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(#"{"fault": "empty"}"#)
        let report = try await market.fetch("BTC-USD", .hour, range, ["bybit"])
        #expect(report.stored == 0 && !report.isFailed)
        #expect(try await market.gaps("BTC-USD", .hour, range) == 48)
        let again = try await market.fetch("BTC-USD", .hour, range, ["bybit"], correct: true)
        #expect(again.stored == 48)
        await market.close()
    }

    @Test("An unknown symbol is not asked for again and again")
    func unknown() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        let report = try await market.fetch("NOPE", .quarter, range, nil)
        #expect(report.isFailed)
        #expect(report.problems.count == 2, "\(report)")
        #expect(report.problems[0].hasPrefix("alpaca: status 400: invalid symbol: NOPE"))
        #expect(report.problems[1].hasPrefix("yahoo: status 404: No data found"))
        #expect(try market.fake.requests().count == 2)
        await market.close()
    }

    @Test("What was stopped goes on where it was")
    func resume() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(40)..<MarketVendors.day(5)
        let fault = #"{"fault": "status", "status": 500}"#
        // Two pages of a thousand quarters come, the third does not.
        try market.fake.script(
            #"{"fault": "none"}"#, #"{"fault": "none"}"#, fault, fault, fault)
        let cut = try await market.fetch("BTC-USD", .quarter, range, ["binance"])
        #expect(cut.isFailed)
        #expect(cut.stored == 2000)
        _ = try market.fake.requests()
        let report = try await market.fetch("BTC-USD", .quarter, range, ["binance"])
        #expect(report.stored == 35 * 96 - 2000)
        #expect(report.unchanged == 0, "nothing is asked for twice")
        let first = try #require(try market.fake.requests().first)
        let start = Int(range.lowerBound.timeIntervalSince1970) + 2000 * 900
        #expect(first.path.contains("startTime=\(start)000"))
        #expect(try await market.gaps("BTC-USD", .quarter, range) == 0)
        await market.close()
    }

    @Test("The row is there before the first request, and whoever is cut down leaves it")
    func rowFirst() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(#"{"fault": "hang"}"#)
        let task = Task { try await market.fetch("BTC-USD", .quarter, range, ["bybit"]) }
        while try market.fake.requests().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(
            try await market.query("select status from market.fetch_state", as: String.self)
                == "running")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let report = try await market.fetch("BTC-USD", .quarter, range, ["bybit"])
        #expect(report.stored == 192)
        #expect(
            try await market.query("select status from market.fetch_state", as: String.self)
                == "done")
        await market.close()
    }

    @Test("What a vendor keeps for some days only is asked of the next")
    func older() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(90)..<MarketVendors.day(5)
        let alone = try await market.fetch("AAPL", .quarter, range, ["yahoo"])
        #expect(alone.isFailed)
        #expect(alone.problems.first?.contains("has it since") == true, "\(alone)")
        #expect(alone.stored > 500)
        let report = try await market.fetch("AAPL", .quarter, range, ["yahoo", "alpaca"])
        #expect(!report.isFailed, "\(report)")
        #expect(report.providers == ["alpaca"])
        #expect(try await market.gaps("AAPL", .quarter, range) == 0)
        await market.close()
    }

    @Test("A vendor that wants an hour of rest gets it, from all processes")
    func gate() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(
            #"{"fault": "status", "status": 429, "headers": {"Retry-After": "3600"}}"#)
        let report = try await market.fetch("BTC-USD", .hour, range, ["yahoo", "bybit"])
        #expect(report.providers == ["bybit"], "\(report)")
        #expect(
            try await market.query(
                """
                select closed_until > now() + interval '50 minutes' from work.gate
                where name = 'market:yahoo'
                """, as: Bool.self))
        _ = try market.fake.requests()
        let next = try await market.fetch("ETH-USD", .hour, range, ["yahoo", "binance"])
        #expect(next.providers == ["binance"])
        #expect(
            try market.fake.requests().allSatisfy { !$0.path.contains("/v8/") }, "it is left alone")
        await market.close()
    }

    @Test("Bybit says no with status 200")
    func bybit() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(#"{"fault": "rate"}"#)
        let report = try await market.fetch("BTC-USD", .hour, range, ["bybit"])
        #expect(report.stored == 48 && !report.isFailed)
        #expect(try await market.counted("throttled", "bybit") == 1)
        await market.close()
    }

    @Test(
        "Funding, open interest and ratios reach the snapshots",
        arguments: ["binance", "bybit"])
    func derivatives(_ provider: String) async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(5)..<MarketVendors.day(1)
        for series in MarketSeries.allCases {
            let report = try await market.fetch(
                "BTC-USD", .hour, range, [provider], series: series)
            #expect(!report.isFailed && report.rejected == 0, "\(report)")
            #expect(report.stored == (series == .funding ? 12 : 96), "\(report)")
        }
        let made: Int = try await market.query(
            """
            select market.compute_snapshots(instrument_id, '1h', null)
            from market.instrument where symbol = 'BTC-USD'
            """)
        #expect(made == 96)
        let fields: [Bool] = try await market.query(
            """
            select array[
                bool_and(funding_rate is not null), bool_and(open_interest is not null),
                bool_and(long_short_ratio is not null), bool_or(open_interest_change_24h is not null),
                bool_and(spread is null)
            ] from market.snapshot
            """)
        #expect(fields == [true, true, true, true, true])
        await market.close()
    }

    @Test("Keys are in no message")
    func keys() async throws {
        let market = try await MarketVendors.open()
        let range = MarketVendors.day(9)..<MarketVendors.day(7)
        try market.fake.script(
            #"{"fault": "status", "status": 403, "message": "secret-key of secret-id is no good"}"#)
        let report = try await market.fetch("AAPL", .hour, range, ["alpaca"])
        #expect(report.problems == ["alpaca: status 403: **** of **** is no good"])
        let kept: String = try await market.query("select reason from market.fetch_state")
        #expect(!kept.contains("secret") && !market.log.text.contains("secret"))
        await market.close()
    }
}
