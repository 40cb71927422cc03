import Foundation
import Postgres
import Providers
import Store
import Trading

/// Keeps the watchlist current: in each round what things cost now, then the bars that became
/// complete since, and what else is watched.
struct Feed: Sendable {
    /// What a round brought.
    struct Round: Encodable, Equatable, Sendable {
        var symbols = 0
        var quotes = 0
        /// Symbols whose price a stream tells: nobody was asked for it.
        var streamed = 0
        var bars = 0
        var values = 0
        var rejected = 0
        /// Symbols whose price nobody told.
        var silent: [String] = []
        var problems: [String] = []
        var seconds = 0.0
    }

    let vendors: Vendors
    let log: Log
    var now: @Sendable () -> Date = { Date() }
    /// Symbols whose price a stream told just now.
    var streamed: @Sendable () -> Set<String> = { [] }

    /// One time through the watchlist.
    ///
    /// - Throws: Errors of the database, and `CancellationError`; those of vendors are in the round.
    func round() async throws -> Round {
        let start = ContinuousClock.now
        var round = Round()
        let (watched, sessions) = try await vendors.pool.withConnection { connection in
            let watched = try await Market.watched(on: connection)
            return (
                watched, try await Market.sessions(of: watched.map(\.symbol), on: connection)
            )
        }
        round.symbols = watched.count
        let streamed = streamed()
        round.streamed = watched.count { streamed.contains($0.symbol) }
        try await quotes(watched.filter { !streamed.contains($0.symbol) }, sessions, &round)
        try await series(watched, sessions, &round)
        round.seconds = (ContinuousClock.now - start) / .seconds(1)
        return round
    }

    // MARK: Quotes

    /// A symbol whose price is wanted, and who can still be asked.
    private struct Asked {
        let symbol: VendorSymbol
        var choices: ArraySlice<ProviderChoice>
        var problem: String?
    }

    private func quotes(
        _ watched: [Watched], _ sessions: [String: Bool], _ round: inout Round
    ) async throws {
        var asked: [Asked] = []
        for one in watched {
            guard let symbol = try? Symbol(one.symbol) else { continue }
            let choices = try await vendors.pool.withConnection { connection in
                try await Market.providers(
                    for: one.symbol, series: "quotes", named: one.providers, on: connection)
            }.filter { vendors[$0.provider] != nil }
            asked.append(
                Asked(
                    symbol: VendorSymbol(
                        symbol, name: "", hasSessions: sessions[one.symbol] ?? false),
                    choices: choices[...]))
        }
        // Each time round all ask the first that is left to them.
        while !asked.isEmpty {
            for silent in asked where silent.choices.isEmpty {
                round.silent.append(silent.symbol.symbol.text)
                try await note(silent)
            }
            asked.removeAll { $0.choices.isEmpty }
            let groups = Dictionary(grouping: asked) { $0.choices.first!.provider }
            asked = []
            for (provider, group) in groups.sorted(by: { $0.key < $1.key }) {
                asked += try await told(group, by: provider, &round)
            }
        }
    }

    private func note(_ silent: Asked) async throws {
        let problem = silent.problem ?? "nobody that can be asked has it"
        try await vendors.pool.withConnection { connection in
            try await Market.noteProblem(
                problem, of: silent.symbol.symbol.text, on: connection)
        }
    }

    /// Asks one vendor for a group, and returns those whose price it did not tell.
    private func told(
        _ group: [Asked], by provider: String, _ round: inout Round
    ) async throws -> [Asked] {
        guard let vendor = vendors[provider] else { return [] }
        var left: [Asked] = []
        for first in stride(from: 0, to: group.count, by: vendor.quoteBatch) {
            let batch = group[first..<min(first + vendor.quoteBatch, group.count)]
            let symbols = batch.map { one in
                VendorSymbol(
                    one.symbol.symbol, name: one.choices.first!.vendorSymbol,
                    hasSessions: one.symbol.hasSessions)
            }
            do {
                let page = try await vendors.ask(vendor, pause: \QuotePage.pause) {
                    () async throws(MarketDataError) in try await vendor.quotes(symbols)
                }
                let quotes = page.quotes
                let stored = try await vendors.pool.transaction { connection in
                    try await Market.storeQuotes(
                        from: provider, json: StagedRows.quotes(quotes), on: connection)
                }
                round.quotes += stored.stored
                round.rejected += stored.rejected
                let told = Set(quotes.map(\.symbol))
                left += batch.filter { !told.contains($0.symbol.symbol) }.map {
                    next($0, "\(provider) says no price")
                }
            } catch let error as MarketDataError {
                try await vendors.count("failure", provider)
                round.problems.append(error.description)
                log.warning("quotes: \(error.description)")
                for one in batch {
                    if one.choices.count > 1 { try await vendors.count("fallback", provider) }
                    left.append(next(one, error.description))
                }
            }
        }
        return left
    }

    private func next(_ asked: Asked, _ problem: String) -> Asked {
        var asked = asked
        asked.choices = asked.choices.dropFirst()
        asked.problem = problem
        return asked
    }

    // MARK: Bars and the rest

    /// Fetches what a stream has missed of these symbols.
    func catchUp(_ symbols: Set<String>) async throws -> Round {
        var round = Round()
        let watched = try await vendors.pool.withConnection { connection in
            try await Market.watched(on: connection)
        }.filter { symbols.contains($0.symbol) }
        let sessions = try await vendors.pool.withConnection { connection in
            try await Market.sessions(of: watched.map(\.symbol), on: connection)
        }
        round.symbols = watched.count
        try await series(watched, sessions, &round)
        return round
    }

    private func series(
        _ watched: [Watched], _ sessions: [String: Bool], _ round: inout Round
    ) async throws {
        let fetcher = MarketFetcher(vendors: vendors, log: log, now: now)
        for one in watched {
            for target in targets(one, sessions[one.symbol] ?? false) {
                // Without anybody who has it nothing is wrong with the others.
                guard try await !fetcher.choices(target).isEmpty else { continue }
                let report = try await fetcher.fetch(target)
                if target.series == .bars {
                    round.bars += report.stored
                } else {
                    round.values += report.stored
                }
                round.rejected += report.rejected
                round.problems += report.problems
            }
        }
    }

    /// The last fifty bars of each interval: what was told is not asked for again.
    private func targets(_ one: Watched, _ hasSessions: Bool) -> [MarketFetcher.Target] {
        guard let symbol = try? Symbol(one.symbol) else { return [] }
        let now = now()
        let intervals = one.intervals.compactMap { BarInterval(rawValue: $0) }
        func target(_ series: MarketSeries, _ interval: BarInterval) -> MarketFetcher.Target {
            let length = interval == .day ? 14 * 86_400 : min(50 * interval.seconds, 5 * 86_400)
            return MarketFetcher.Target(
                symbol: symbol, hasSessions: hasSessions, series: series, interval: interval,
                range: Self.start(now, length, interval)..<now, providers: one.providers)
        }
        var targets = intervals.map { target(.bars, $0) }
        let shortest = intervals.min { $0.seconds < $1.seconds } ?? .hour
        for series in one.series.compactMap({ MarketSeries(rawValue: $0) }) {
            targets.append(target(series, series.interval(beside: shortest)))
        }
        return targets
    }

    private static func start(_ now: Date, _ length: Int, _ interval: BarInterval) -> Date {
        let step = Double(interval.seconds)
        let start = (now.timeIntervalSince1970 - Double(length)) / step
        return Date(timeIntervalSince1970: start.rounded(.down) * step)
    }
}
