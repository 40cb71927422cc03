import Foundation
import Postgres
import Providers
import Store
import Trading

/// `bellwether ingest --symbols`: every wanted series of every symbol, one after the other.
struct VendorIngest: Sendable {
    struct Wish: Sendable {
        let symbols: [Symbol]
        let providers: [String]?
        let interval: BarInterval
        /// Empty: all that somebody has.
        let series: [MarketSeries]
        let range: Range<Date>
        /// What unknown symbols are; nil: they are refused.
        let assetClass: String?
        let isCorrecting: Bool
    }

    let context: Context
    let wish: Wish

    func run() async throws -> [MarketFetcher.Report] {
        let all = try MarketEnvironment.vendors(context.variables)
        try await context.withDatabase(as: "ingest") { connection in
            try await check(all, on: connection)
        }
        let pool = Pool(try context.database("ingest"))
        do {
            let reports = try await fetch(Vendors(all: all, pool: pool))
            await pool.close()
            return reports
        } catch {
            await pool.close()
            throw error
        }
    }

    // MARK: What is wished for

    static func symbols(_ texts: [String]) throws(ProgramError) -> [Symbol] {
        var symbols: [Symbol] = []
        for text in texts {
            do {
                let symbol = try Symbol(text)
                if !symbols.contains(symbol) { symbols.append(symbol) }
            } catch {
                throw ProgramError(.usage, error.description)
            }
        }
        guard !symbols.isEmpty else {
            throw ProgramError(.usage, "--provider needs --symbols", hint: "--symbols AAPL,MSFT")
        }
        return symbols
    }

    static func interval(_ text: IntervalName) throws(ProgramError) -> BarInterval {
        guard let interval = BarInterval(rawValue: text.name) else {
            throw ProgramError(
                .usage, "there is no bar interval '\(text.name)'",
                hint: "Intervals are "
                    + BarInterval.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        return interval
    }

    static func series(_ texts: [String]) throws(ProgramError) -> [MarketSeries] {
        var series: [MarketSeries] = []
        for text in texts {
            guard let one = MarketSeries(rawValue: text) else {
                throw ProgramError(
                    .usage, "there is no series '\(text)'",
                    hint: "Series are "
                        + MarketSeries.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            series.append(one)
        }
        return series
    }

    static func range(
        _ start: PointInTime, _ end: PointInTime, now: Date
    ) throws(ProgramError) -> Range<Date> {
        let (from, to) = (start.date(now: now), end.date(now: now))
        guard from < to else {
            throw ProgramError(
                .usage, "--start \(Timestamp.text(from)) is not before --end \(Timestamp.text(to))")
        }
        return from..<to
    }

    /// Refuses what nobody can do before anything is asked.
    private func check(
        _ vendors: [String: any MarketData], on connection: isolated Connection
    ) async throws {
        let known = try await Market.providers(on: connection)
        for name in wish.providers ?? [] where vendors[name] == nil {
            guard known.contains(name) else {
                let nearest = Suggestion.nearest(to: name, in: known)
                throw ProgramError(
                    .usage, "there is no provider '\(name)'",
                    hint: nearest.map { "Did you mean '\($0)'?" }
                        ?? "Providers are \(known.joined(separator: ", ")).")
            }
            throw ProgramError(
                .configuration, "the keys of \(name) are not set",
                hint: "Set ALPACA_API_KEY_ID and ALPACA_API_SECRET_KEY.")
        }
        let symbols = wish.symbols.map(\.text)
        let sessions = try await Market.sessions(of: symbols, on: connection)
        let missing = symbols.filter { sessions[$0] == nil }
        if missing.isEmpty { return }
        guard let assetClass = wish.assetClass else {
            throw ProgramError(
                .dataRefused,
                "no instrument has the symbol \(missing.joined(separator: ", "))",
                hint: "Load instruments first, or say what they are: --asset-class crypto")
        }
        try await add(missing, as: assetClass, on: connection)
    }

    private func add(
        _ symbols: [String], as assetClass: String, on connection: isolated Connection
    ) async throws {
        try await connection.transaction { connection in
            var lines = CopyLines()
            for (place, symbol) in symbols.enumerated() {
                let texts = [symbol, symbol, nil, nil, assetClass, nil]
                lines.append(
                    line: place + 1, fields: texts.map { $0.map { Array($0.utf8)[...] } })
            }
            try await Market.stage("instruments", on: connection)
            _ = try await connection.copyIn(
                "copy pg_temp.staged_instrument (\(CopyLines.columns(.instruments))) from stdin",
                [lines.bytes])
            guard try await Market.checkStagedInstruments(correct: false, on: connection) == 0
            else {
                let faults = try await Market.stagedFaults(limit: 1, on: connection)
                throw ProgramError(
                    .dataRefused, faults.first.map { "\($0.column ?? "row") \($0.reason)" } ?? "")
            }
            _ = try await Market.loadStagedInstruments(correct: false, on: connection)
        }
    }

    // MARK: Doing it

    private func fetch(_ vendors: Vendors) async throws -> [MarketFetcher.Report] {
        let sessions = try await vendors.pool.withConnection { connection in
            try await Market.sessions(of: wish.symbols.map(\.text), on: connection)
        }
        var fetcher = MarketFetcher(vendors: vendors, log: context.log)
        let targets = try await targets(sessions, fetcher)
        let hours = wish.range.upperBound.timeIntervalSince(wish.range.lowerBound) / 3600
        let progress = LogProgress(
            "fetching", unit: "hours", total: Int(hours.rounded(.up)) * targets.count,
            log: context.log)
        defer { progress.abandon() }
        let steps = HourSteps()
        fetcher.advance = { seconds in progress.advance(by: steps.add(seconds)) }
        var reports: [MarketFetcher.Report] = []
        for target in targets {
            var report = try await fetcher.fetch(target)
            if target.series == .bars {
                let gaps = try await vendors.pool.withConnection { connection in
                    try await Market.gaps(
                        of: target.symbol.text, interval: target.interval.rawValue, target.range,
                        on: connection)
                }
                report.gaps = gaps.map { .init(first: $0.first, last: $0.last, bars: $0.bars) }
            }
            reports.append(report)
        }
        return reports
    }

    /// What is to be fetched: what was named, or all that somebody has.
    private func targets(
        _ sessions: [String: Bool], _ fetcher: MarketFetcher
    ) async throws -> [MarketFetcher.Target] {
        var targets: [MarketFetcher.Target] = []
        for symbol in wish.symbols {
            for series in MarketSeries.allCases {
                let isNamed = wish.series.contains(series)
                guard isNamed || wish.series.isEmpty else { continue }
                let target = MarketFetcher.Target(
                    symbol: symbol, hasSessions: sessions[symbol.text] ?? false, series: series,
                    interval: series.interval(beside: wish.interval), range: wish.range,
                    providers: wish.providers, isCorrecting: wish.isCorrecting)
                if isNamed || series == .bars {
                    targets.append(target)
                } else if try await !fetcher.choices(target).isEmpty {
                    targets.append(target)
                }
            }
        }
        return targets
    }
}

extension MarketSeries {
    /// How far apart values are that go with such bars: a snapshot looks an hour back.
    func interval(beside bars: BarInterval) -> BarInterval {
        switch self {
        case .bars: bars
        case .funding: .hour
        case .openInterest, .longShortRatio:
            bars == .minute ? .fiveMinutes : bars.seconds > 3600 ? .hour : bars
        }
    }
}

/// What a fetch did, in words.
enum VendorText {
    static func of(_ report: MarketFetcher.Report) -> String {
        var parts: [String] = []
        if report.stored > 0 { parts.append("\(report.stored) stored") }
        if report.corrected > 0 { parts.append("\(report.corrected) corrected") }
        if report.unchanged > 0 { parts.append("\(report.unchanged) were there already") }
        if report.rejected > 0 {
            parts.append("\(report.rejected) rejected (kept in market.rejected_row)")
        }
        if parts.isEmpty { parts.append(report.isFailed ? "nothing" : "nothing to do") }
        let what = report.series == "bars" ? "bars of \(report.interval)" : report.series
        var lines = ["\(report.symbol), \(what): \(parts.joined(separator: ", "))"]
        if !report.providers.isEmpty {
            lines[0] += " (\(report.providers.joined(separator: ", then ")))"
        }
        lines += report.problems.map { "  \($0)" }
        if report.isFailed { lines.append("  Run the command again: it goes on from here.") }
        if !report.gaps.isEmpty {
            let bars = report.gaps.reduce(0) { $0 + $1.bars }
            lines.append("  missing: \(bars) bars in \(report.gaps.count) gaps")
            lines += report.gaps.prefix(5).map { gap in
                "    \(Timestamp.text(gap.first)) to \(Timestamp.text(gap.last)): \(gap.bars)"
            }
            if report.gaps.count > 5 { lines.append("    and more: select * from api.gaps(...)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
