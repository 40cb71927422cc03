import Foundation
import Postgres
import Providers
import Store

/// `bellwether feed`
enum FeedCommand {
    private static let every = Option<Duration>.value(
        "every", "How long from the beginning of a round to that of the next",
        default: .seconds(60))
    private static let once = Option<Bool>.flag("once", "One round, then end")
    private static let watch = Option<[String]>.repeated(
        "watch", value: "SYMBOL", "Put these on the watchlist first")
    private static let unwatch = Option<[String]>.repeated(
        "unwatch", value: "SYMBOL", "Take these off the watchlist first")
    private static let intervals = Option<[IntervalName]>.repeated(
        "interval", value: "INTERVAL", "With --watch: the bars that are kept current; 1d without")
    private static let series = Option<[String]>.repeated(
        "series", value: "NAME", "With --watch: also funding, open_interest, long_short_ratio")
    private static let providers = Option<[String]>.repeated(
        "provider", value: "NAME", "With --watch: who is asked, in this order")
    private static let poll = Option<Bool>.flag(
        "poll", "Ask alone: open no streams where a vendor has them")
    private static let store = Option<Duration>.value(
        "store-every", "How often what streams tell is stored, the newest price of each symbol",
        default: .seconds(5))
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "feed",
        summary: "keep quotes and bars of the watchlist current",
        discussion: """
            Asks the vendors of market data what the symbols of the watchlist cost, and for the bars \
            that became complete, once a minute. A vendor that fails is followed by the next. \
            Alpaca, Binance and Bybit tell prices and bars as they come: what a stream told is not \
            asked for, what it missed is. How fresh each symbol is says api.freshness; entries are \
            refused on what is stale. A second feed stands by until the first one ends. SIGTERM \
            ends it after the request that runs.
            """,
        options: [
            every.description, once.description, poll.description, store.description,
            watch.description, unwatch.description, intervals.description, series.description,
            providers.description, json.description,
        ],
        examples: [
            Example("bellwether feed --watch AAPL,BTC-USD --interval 1d,15m", "Watch, and go on"),
            Example("bellwether feed --once --json", "One round, and what it brought"),
        ],
        needs: [.databaseURL],
        action: { try await run($0) })

    private static func run(_ context: Context) async throws -> ExitCode {
        try await context.withDatabase(as: "feed") { connection in
            try await prepare(context.invocation, on: connection)
        }
        let pool = Pool(try context.database("feed"))
        let vendors = Vendors(
            all: try MarketEnvironment.vendors(context.variables), pool: pool,
            // A round does not wait for one vendor.
            patience: .seconds(10))
        var feed = Feed(vendors: vendors, log: context.log)
        let tray = StreamTray()
        let fresh = max(context.invocation[every], context.invocation[store] * 2)
        feed.streamed = { tray.fresh(since: .now - fresh) }
        let turn = FeedTurn(target: try context.database("feed"), log: context.log)
        let streams = try streams(feed, tray, turn, context)
        let names = vendors.all.keys.sorted().joined(separator: ", ")
        context.log.info("asking \(names)")
        let failed = try await withThrowingTaskGroup(of: Bool.self) { [feed] group in
            group.addTask { try await rounds(feed, turn, context) }
            if let streams { group.addTask { try await listen(streams) } }
            if !context.invocation[once] {
                group.addTask {
                    for await signal in Signal.all() where signal == .stop { break }
                    return false
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        await pool.close()
        return failed ? .unfinished : .success
    }

    /// Nil if nobody is listened to.
    private static func streams(
        _ feed: Feed, _ tray: StreamTray, _ turn: FeedTurn, _ context: Context
    ) throws -> StreamFeed? {
        if context.invocation[once] || context.invocation[poll] { return nil }
        let streams = try MarketEnvironment.streams(context.variables)
        if streams.isEmpty { return nil }
        var fed = StreamFeed(
            feed: feed, streams: streams, log: context.log, isOurs: { await turn.isHeld },
            tray: tray)
        fed.storeEvery = max(context.invocation[store], .milliseconds(100))
        return fed
    }

    /// Until it is cancelled.
    private static func listen(_ streams: StreamFeed) async throws -> Bool {
        do {
            try await streams.run()
        } catch is CancellationError {}
        return false
    }

    private static func prepare(
        _ invocation: Invocation, on connection: isolated Connection
    ) async throws {
        if !invocation[unwatch].isEmpty {
            _ = try await Market.unwatch(invocation[unwatch], on: connection)
        }
        guard !invocation[watch].isEmpty else { return }
        let names = invocation[intervals].map(\.name)
        _ = try await Market.watch(
            invocation[watch], intervals: names.isEmpty ? ["1d"] : names,
            series: invocation[series],
            providers: invocation[providers].isEmpty ? nil : invocation[providers], on: connection)
    }

    /// Round after round until it is cancelled. Returns whether the only round failed.
    private static func rounds(
        _ feed: Feed, _ turn: FeedTurn, _ context: Context
    ) async throws -> Bool {
        let interval = max(context.invocation[every], .seconds(1))
        var forgotten = ContinuousClock.now
        do {
            while true {
                let next = ContinuousClock.now + interval
                if context.invocation[once] {
                    return try await say(feed.round(), context).silent.isEmpty == false
                }
                do {
                    if try await turn.isOurs() {
                        _ = try await say(feed.round(), context)
                        if ContinuousClock.now - forgotten > .seconds(3600) {
                            _ = try await feed.vendors.pool.withConnection { connection in
                                try await Market.forgetQuotes(on: connection)
                            }
                            forgotten = .now
                        }
                    }
                } catch let error as PostgresError where error.code != .cancelled {
                    // The database comes back; a feed that ended does not.
                    context.log.error("this round is lost: \(error.description)")
                }
                try await Task.sleep(until: next, clock: .continuous)
            }
        } catch is CancellationError {
            return false
        }
    }

    private static func say(_ round: Feed.Round, _ context: Context) throws -> Feed.Round {
        if context.invocation[json] {
            try context.output.json(round)
        } else {
            var line = "\(round.symbols) symbols: \(round.quotes) quotes, \(round.bars) bars"
            if round.streamed > 0 { line += ", \(round.streamed) streamed" }
            if round.values > 0 { line += ", \(round.values) values" }
            if round.rejected > 0 { line += ", \(round.rejected) rejected" }
            if !round.silent.isEmpty {
                line += "; no price of \(round.silent.joined(separator: ", "))"
            }
            context.log.info(line)
        }
        return round
    }
}

/// Which of several feeds works: the one that holds the lock, until its connection ends.
actor FeedTurn {
    private let target: ConnectionTarget
    private let log: Log
    private var connection: Connection?
    private var wasOurs = true
    /// What the last round found.
    private(set) var isHeld = false

    init(target: ConnectionTarget, log: Log) {
        self.target = target
        self.log = log
    }

    func isOurs() async throws -> Bool {
        // A pooler gives the session, and the lock, to somebody else.
        if target.isPooled {
            isHeld = true
            return true
        }
        let connection: Connection
        if let known = self.connection {
            connection = known
        } else {
            connection = try await Connection.connect(target)
            self.connection = connection
        }
        do {
            let isOurs = try await Self.lock(connection)
            if !isOurs, wasOurs { log.info("another feed works; standing by") }
            wasOurs = isOurs
            isHeld = isOurs
            return isOurs
        } catch {
            isHeld = false
            await connection.close()
            self.connection = nil
            throw error
        }
    }

    private static func lock(_ connection: isolated Connection) async throws -> Bool {
        try await Market.lockFeed(on: connection)
    }
}
