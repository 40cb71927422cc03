import Foundation
import Postgres
import Providers
import Store
import Support
import Testing
import Trading

@testable import bellwether

/// The feed that listens, with the vendors' streams faked on the loopback.
@Suite("Stream feed", .requiresDatabase, .scratchDatabase, .timeLimit(.minutes(5)))
struct StreamFeedTests {
    /// Vendors to ask, vendors to listen to, and the feed between.
    private struct Stage {
        let market: MarketVendors
        let fake: FakeServer
        let tray = StreamTray()
        let feed: Feed
        let stream: StreamFeed

        static func open(quiet: Duration = .seconds(20)) async throws -> Stage {
            let market = try await MarketVendors.open()
            let fake = try FakeServer("market_stream")
            var variables = MarketVendors.variables(market.fake)
            for word in ["ALPACA", "BINANCE", "BYBIT"] {
                variables["BELLWETHER_\(word)_STREAM_URL"] = "ws://127.0.0.1:\(fake.port)"
            }
            let log = market.fetcher.log
            let tray = StreamTray()
            var feed = Feed(vendors: market.vendors, log: log)
            feed.streamed = { tray.fresh(since: .now - .seconds(300)) }
            var stream = StreamFeed(
                feed: feed, streams: try MarketEnvironment.streams(variables), log: log,
                isOurs: { true }, tray: tray)
            stream.storeEvery = .milliseconds(50)
            stream.lookEvery = .milliseconds(100)
            stream.backoff.first = .milliseconds(50)
            stream.limits.quiet = quiet
            stream.limits.answer = quiet
            return Stage(market: market, fake: fake, feed: feed, stream: stream)
        }

        func watch(
            _ symbols: [String], _ intervals: [String], _ provider: String
        ) async throws {
            _ = try await market.vendors.pool.withConnection { connection in
                try await Market.watch(
                    symbols, intervals: intervals, series: [], providers: [provider],
                    on: connection)
            }
        }

        /// Runs the stream while the body does.
        func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await stream.run() } catch is CancellationError {}
                }
                group.addTask { try await body() }
                defer { group.cancelAll() }
                try await group.next()
            }
            await market.close()
        }

        func state(_ name: String) throws -> Int {
            try JSONValue(parsing: fake.ask(#"{"state": true}"#))[name]?.int ?? 0
        }

        /// Until it is so; the suite's time limit is the only clock.
        func until(_ isSo: () async throws -> Bool) async throws {
            while try await !isSo() { try await Task.sleep(for: .milliseconds(20)) }
        }

        func count(_ sql: SQL) async throws -> Int { try await market.query(sql) }

        func tell(_ symbol: String, bid: String, ask: String, last: String = "100.05") throws {
            _ = try fake.ask(
                #"{"tell": {"symbol": "\#(symbol)", "bid": "\#(bid)", "ask": "\#(ask)", "#
                    + #""last": "\#(last)"}}"#)
        }

        func tellBar(
            _ symbol: String, _ interval: String, start: Date, close: String = "101",
            isComplete: Bool = true
        ) throws {
            _ = try fake.ask(
                #"{"tell": {"symbol": "\#(symbol)", "interval": "\#(interval)", "#
                    + #""start": \#(Int(start.timeIntervalSince1970)), "open": "100", "#
                    + #""high": "102", "low": "99", "close": "\#(close)", "volume": "5", "#
                    + #""complete": \#(isComplete)}}"#)
        }
    }

    /// The start of the last complete bar.
    private func last(_ seconds: Double) -> Date {
        let now = Date().timeIntervalSince1970
        return Date(timeIntervalSince1970: ((now / seconds).rounded(.down) - 1) * seconds)
    }

    @Test(
        "A price is stored as it comes, with freshness, and nobody is asked for it",
        arguments: [
            ("binance", "BTC-USD", "BTC"), ("bybit", "BTC-USD", "BTC"), ("alpaca", "AAPL", "AAPL"),
            ("alpaca", "BTC-USD", "BTC"),
        ])
    func quotes(provider: String, symbol: String, name: String) async throws {
        let stage = try await Stage.open()
        try await stage.watch([symbol], [], provider)
        try await stage.running {
            try await stage.until { try stage.state("live") == 1 }
            try stage.tell(name, bid: "100", ask: "100.1")
            try stage.tell(name, bid: "100.02", ask: "100.1")
            try await stage.until {
                try await stage.count(
                    """
                    select count(*) from api.freshness where quote_age is not null
                        and source = \(bind: provider) and stale_reason is null
                    """) == 1
            }
            try await stage.until {
                try await stage.count(
                    "select count(*) from market.quote where bid = 100.02 and ask = 100.1") >= 1
            }
            _ = try stage.market.fake.requests()
            let round = try await stage.feed.round()
            #expect(round.streamed == 1 && round.quotes == 0 && round.silent.isEmpty, "\(round)")
            #expect(try stage.market.fake.requests().isEmpty)
            #expect(try await stage.market.counted("stream", provider) == 1)
        }
    }

    @Test(
        "A bar is stored when it is complete, and nobody is asked for it",
        arguments: [
            "binance", "bybit",
        ])
    func bars(provider: String) async throws {
        let stage = try await Stage.open()
        let start = last(900)
        let symbol = "BTC-USD"
        // Nobody else knows the newest bars: those of the stream are the stream's.
        let empty = #"{"fault": "empty"}"#
        try stage.market.fake.script(empty, empty, empty, empty)
        try await stage.watch([symbol], ["15m"], provider)
        try await stage.running {
            // Binance tells bars on a connection of their own.
            let connections = provider == "binance" ? 2 : 1
            try await stage.until {
                try await stage.market.counted("stream", provider) == connections
            }
            try stage.tellBar("BTC", "15m", start: start, close: "100.5", isComplete: false)
            try stage.tellBar("BTC", "15m", start: start)
            try await stage.until {
                try await stage.count(
                    """
                    select count(*) from market.bar where ts = \(bind: start) and close = 101
                        and source = \(bind: provider) and bar_interval = '15m'
                    """) == 1
            }
            let covered = try await stage.count(
                """
                select count(*) from market.fetch_state
                where covered @> \(bind: start)::timestamptz and provider = \(bind: provider)
                """)
            #expect(covered == 1)
        }
    }

    @Test("What was missed before and between is fetched; then nothing is told twice")
    func resume() async throws {
        let stage = try await Stage.open()
        try await stage.watch(["BTC-USD"], ["1h"], "binance")
        try await stage.running {
            try await stage.until {
                try await stage.count("select count(*) from market.bar") >= 48
            }
            try await stage.until { try await stage.market.counted("stream", "binance") == 2 }
            // As if the stream had been away: its newest five hours are gone.
            _ = try await stage.market.admin.query(
                """
                with gone as (
                    delete from market.bar where ts > (select max(ts) from market.bar)
                        - interval '5 hours' returning ts
                )
                update market.fetch_state set covered = covered
                    - tstzmultirange(tstzrange((select min(ts) from gone), null))
                """)
            _ = try stage.fake.ask(#"{"cut": true}"#)
            try await stage.until { try await stage.market.counted("stream", "binance") == 4 }
            try await stage.until {
                try await stage.count(
                    "select count(*) from market.bar where ts > now() - interval '6 hours'") >= 5
            }
            #expect(try await stage.market.counted("stream_lost", "binance") == 2)
            let gaps = try await stage.market.gaps(
                "BTC-USD", .hour, MarketVendors.day(1)..<Date().addingTimeInterval(-7200))
            #expect(gaps == 0)
        }
    }

    @Test(
        "Whatever ends a connection, it is opened again",
        arguments: [
            #"{"close": 1012}"#, #"{"cut": true}"#, #"{"deaf": true}"#,
        ])
    func again(order: String) async throws {
        let stage = try await Stage.open(quiet: .milliseconds(300))
        try await stage.watch(["BTC-USD"], [], "bybit")
        try await stage.running {
            try await stage.until { try await stage.market.counted("stream", "bybit") == 1 }
            _ = try stage.fake.ask(order)
            try await stage.until { try await stage.market.counted("stream", "bybit") >= 2 }
            try stage.tell("BTC", bid: "99", ask: "99.5")
            try await stage.until {
                try await stage.count("select count(*) from market.quote where bid = 99") >= 1
            }
        }
    }

    @Test("A vendor that refuses is asked instead; the others are listened to")
    func refused() async throws {
        let stage = try await Stage.open()
        try stage.fake.script(
            #"{"match": "/public/ws", "fault": "refuse"}"#, #"{"match": "/v2/", "fault": "refuse"}"#
        )
        try await stage.watch(["BTC-USD"], [], "binance")
        try await stage.watch(["ETH-USD"], [], "bybit")
        try await stage.watch(["AAPL"], [], "alpaca")
        try await stage.running {
            try await stage.until {
                let binance = try await stage.market.counted("stream_lost", "binance")
                let alpaca = try await stage.market.counted("stream_lost", "alpaca")
                let bybit = try await stage.market.counted("stream", "bybit")
                return [binance, alpaca, bybit] == [1, 1, 1]
            }
            let round = try await stage.feed.round()
            #expect(round.quotes == 3 && round.silent.isEmpty, "\(round)")
            let log = stage.market.log.text
            #expect(log.contains("Invalid request: too many") && log.contains("auth failed"))
            #expect(!log.contains("secret-key"))
        }
    }

    @Test("A price that cannot be is kept apart, and asked for")
    func poison() async throws {
        let stage = try await Stage.open()
        try await stage.watch(["BTC-USD"], [], "binance")
        try await stage.watch(["ETH-USD"], [], "binance")
        try await stage.running {
            try await stage.until { try stage.state("live") == 1 }
            _ = try stage.fake.ask(#"{"raw": "{\"e\": \"bookTicker\", "}"#)
            try stage.tell("BTC", bid: "NaN", ask: "5")
            try stage.tell("ETH", bid: "50", ask: "51")
            try await stage.until {
                try await stage.count("select count(*) from market.rejected_row") >= 1
            }
            try await stage.until {
                try await stage.count("select count(*) from market.quote where bid = 50") >= 1
            }
            let reason: String = try await stage.market.query(
                "select column_name || ' ' || reason from market.rejected_row limit 1")
            #expect(reason == "bid is not a number: 'NaN'")
            #expect(try await stage.market.counted("stream_lost", "binance") == 0)
        }
    }

    @Test("Who comes onto the watchlist is listened to, who leaves it is not any more")
    func watchlist() async throws {
        let stage = try await Stage.open()
        try await stage.watch(["BTC-USD"], [], "binance")
        try await stage.running {
            try await stage.until { try stage.state("live") == 1 }
            try await stage.watch(["ETH-USD"], [], "bybit")
            try await stage.until { try stage.state("live") == 2 }
            _ = try await stage.market.vendors.pool.withConnection { connection in
                try await Market.unwatch(["BTC-USD", "ETH-USD"], on: connection)
            }
            try await stage.until { try stage.state("open") == 0 }
        }
    }

    @Test("Waits double up to a minute; what is refused is left alone for five")
    func waits() {
        let backoff = StreamBackoff()
        let cut = MarketDataError(.cut, "x", "cut")
        let waits = [1, 2, 3, 6, 7, 50].map { backoff.wait(attempt: $0, after: cut, jitter: 0) }
        #expect(waits == [1, 2, 4, 32, 60, 60].map { Duration.seconds($0) })
        #expect(backoff.wait(attempt: 1, after: cut, jitter: 1) == .milliseconds(500))
        let refused = MarketDataError(.refused, "x", "no")
        #expect(backoff.wait(attempt: 1, after: refused, jitter: 1) == .seconds(300))
    }
}
