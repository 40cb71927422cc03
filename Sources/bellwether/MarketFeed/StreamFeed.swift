import Foundation
import Postgres
import Providers
import Store
import Trading

/// Listens to the vendors that tell prices as they come, for the symbols of the watchlist.
///
/// Every connection has a keeper: it connects, subscribes, fetches the bars that were missed, and
/// begins anew after a wait when the connection ends. What nobody streams, and whatever streams
/// leave out, the rounds of `Feed` ask for.
struct StreamFeed: Sendable {
    let feed: Feed
    let streams: [String: any MarketStream]
    let log: Log
    /// Whether this process is the one that keeps the watchlist.
    let isOurs: @Sendable () async -> Bool
    let tray: StreamTray
    /// How often what was told is stored; of each symbol the newest price alone.
    var storeEvery = Duration.seconds(5)
    /// How often the watchlist is looked at.
    var lookEvery = Duration.seconds(5)
    var limits = WebSocketLimits()
    var backoff = StreamBackoff()

    private var vendors: Vendors { feed.vendors }

    /// Until it is cancelled.
    func run() async throws {
        var wishes: [String: [StreamWish]] = [:]
        while true {
            wishes = try await look() ?? wishes
            let serving = wishes
            try await withThrowingTaskGroup(of: Void.self) { group in
                for channel in channels(serving) { group.addTask { try await keep(channel) } }
                group.addTask { try await store() }
                group.addTask { try await waitForOthers(than: serving) }
                // The others end only when they are cancelled.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    // MARK: Who is listened to

    private func channels(_ wishes: [String: [StreamWish]]) -> [StreamChannel] {
        wishes.sorted { $0.key < $1.key }.flatMap { provider, wishes in
            streams[provider]?.channels(wishes) ?? []
        }
    }

    private func waitForOthers(than wishes: [String: [StreamWish]]) async throws {
        while true {
            try await Task.sleep(for: lookEvery)
            if let now = try await look(), now != wishes { return }
        }
    }

    /// What is wanted of whom; nil if the database does not say.
    private func look() async throws -> [String: [StreamWish]]? {
        do {
            guard await isOurs() else { return [:] }
            return try await vendors.pool.withConnection { connection in
                try await wishes(on: connection)
            }
        } catch let error as PostgresError where error.code != .cancelled {
            log.error("the watchlist cannot be read: \(error.description)")
            return nil
        }
    }

    /// Of each symbol the first vendor that would be asked and has a stream.
    private func wishes(on connection: isolated Connection) async throws -> [String: [StreamWish]] {
        let watched = try await Market.watched(on: connection)
        let sessions = try await Market.sessions(of: watched.map(\.symbol), on: connection)
        var wishes: [String: [StreamWish]] = [:]
        for one in watched {
            let choices = try await Market.providers(
                for: one.symbol, series: "quotes", named: one.providers, on: connection)
            guard let symbol = try? Symbol(one.symbol),
                let choice = choices.first(where: { streams[$0.provider] != nil }),
                let stream = streams[choice.provider]
            else { continue }
            let hasSessions = sessions[one.symbol] ?? false
            let intervals = one.intervals.compactMap { BarInterval(rawValue: $0) }
            wishes[choice.provider, default: []].append(
                StreamWish(
                    VendorSymbol(symbol, name: choice.vendorSymbol, hasSessions: hasSessions),
                    intervals.filter { stream.tells($0, hasSessions: hasSessions) }))
        }
        return wishes
    }

    // MARK: One connection

    private func keep(_ channel: StreamChannel) async throws {
        try await backoff.keep {
            try await listen(channel)
        } onLoss: { problem, wait in
            log.warning("the stream of \(problem.description); again in \(wait)")
            try await count("stream_lost", channel.provider)
        }
    }

    /// Listens until the connection ends, and says why it did.
    private func listen(_ channel: StreamChannel) async throws -> MarketDataError {
        do {
            let socket = try await WebSocket.open(channel.url, limits: limits)
            defer { socket.close() }
            return try await withThrowingTaskGroup(of: MarketDataError?.self) { group in
                defer { group.cancelAll() }
                let (lives, live) = AsyncStream.makeStream(of: Void.self)
                group.addTask { try await hear(socket, channel, live) }
                group.addTask { try await beat(socket, channel.talk.heartbeat) }
                group.addTask { try await began(lives, channel) }
                while let end = try await group.next() {
                    if let end { return end }
                }
                throw CancellationError()
            }
        } catch let error as WebSocketError {
            if error.code == .cancelled { throw CancellationError() }
            return MarketDataError(.cut, channel.provider, error.description)
        }
    }

    /// Reads until the vendor refuses; the connection's own end is thrown.
    private func hear(
        _ socket: WebSocket, _ channel: StreamChannel, _ live: AsyncStream<Void>.Continuation
    ) async throws -> MarketDataError {
        defer { live.finish() }
        var talk = channel.talk
        for text in talk.greeting { socket.send(text) }
        while let message = try await socket.next() {
            guard case .text(let text) = message else { continue }
            for told in talk.hear(text) {
                switch told {
                case .say(let text): socket.send(text)
                case .live: live.yield()
                case .quote(let quote): tray.put(quote, from: channel.provider)
                case .bar(let bar): tray.put(bar, from: channel.provider)
                case .odd(let what):
                    log.warning("\(channel.provider): \(what)")
                    try await count("rejected", channel.provider)
                case .refused(let error): return error
                }
            }
        }
        throw CancellationError()
    }

    private func beat(
        _ socket: WebSocket, _ heartbeat: StreamHeartbeat?
    ) async throws -> MarketDataError? {
        guard let heartbeat else { return nil }
        while true {
            try await Task.sleep(for: heartbeat.every)
            socket.send(heartbeat.text)
        }
    }

    /// From the moment at which it tells all, what came before is asked for: nothing falls between.
    private func began(
        _ lives: AsyncStream<Void>, _ channel: StreamChannel
    ) async throws -> MarketDataError? {
        for await _ in lives {
            func names(_ wishes: [StreamWish]) -> Set<String> {
                Set(wishes.map(\.symbol.symbol.text))
            }
            let symbols = names(channel.wishes)
            try await count("stream", channel.provider)
            log.info("\(channel.provider) streams \(symbols.sorted().joined(separator: ", "))")
            // A connection that tells prices alone has missed no bars.
            let barred = names(channel.wishes.filter { !$0.intervals.isEmpty })
            if barred.isEmpty { continue }
            try await guarded("what a stream missed is fetched in the next round") {
                let round = try await feed.catchUp(barred)
                if round.bars > 0 { log.info("fetched \(round.bars) bars before the stream") }
            }
        }
        return nil
    }

    // MARK: Storing

    private func store() async throws {
        while true {
            try await Task.sleep(for: storeEvery)
            try await guarded("what streams told is lost; the next round asks") {
                try await storeOnce()
            }
        }
    }

    func storeOnce() async throws {
        for told in tray.takeQuotes() {
            let stored = try await vendors.pool.transaction { connection in
                try await Market.storeQuotes(
                    from: told.provider, json: StagedRows.quotes(told.quotes), on: connection)
            }
            // A price that was refused is asked for in the next round.
            if stored.rejected == 0 { tray.stored(told.quotes, at: .now) }
        }
        let fetcher = MarketFetcher(vendors: vendors, log: log, now: feed.now)
        for told in tray.takeBars() {
            guard let start = told.bar.row.time else { continue }
            let end = start.addingTimeInterval(Double(told.bar.interval.seconds))
            let target = MarketFetcher.Target(
                symbol: told.bar.symbol.symbol, hasSessions: told.bar.symbol.hasSessions,
                series: .bars, interval: told.bar.interval, range: start..<end)
            _ = try await fetcher.take(told.bar.row, target, from: told.provider)
        }
    }

    /// The database comes back; a feed that ended does not.
    private func guarded(_ loss: String, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as PostgresError where error.code != .cancelled {
            log.error("\(loss): \(error.description)")
        }
    }

    private func count(_ event: String, _ provider: String) async throws {
        try await guarded("an event is not counted") { try await vendors.count(event, provider) }
    }
}
