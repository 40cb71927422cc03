import Foundation
import Postgres
import Providers
import Store
import Trading

/// Fetches a series of one symbol: what is missing of it, page by page, from the first vendor that
/// can, and from the next where that one fails.
///
/// Each page is one transaction with the row that says how far the series is, so whatever is killed
/// goes on from there.
struct MarketFetcher: Sendable {
    struct Target: Sendable {
        let symbol: Symbol
        let hasSessions: Bool
        let series: MarketSeries
        let interval: BarInterval
        let range: Range<Date>
        /// Who is asked, in this order; nil: the order of market.provider.
        var providers: [String]?
        /// Whether what was told before is asked for again, and replaced if it differs.
        var isCorrecting = false
    }

    struct Gap: Encodable, Equatable, Sendable {
        let first: Date
        let last: Date
        let bars: Int
    }

    struct Report: Encodable, Equatable, Sendable {
        let symbol: String
        let series: String
        let interval: String
        var requests = 0
        var stored = 0
        var corrected = 0
        var unchanged = 0
        var rejected = 0
        /// Who told something.
        var providers: [String] = []
        /// Why others had to be asked, or nobody was left.
        var problems: [String] = []
        /// Whether a part was told by nobody.
        var isFailed = false
        var gaps: [Gap] = []
    }

    let vendors: Vendors
    let log: Log
    var now: @Sendable () -> Date = { Date() }
    /// A vendor may be this much behind with its newest bars.
    var lag: TimeInterval = 900
    /// How far it is, in seconds of the series.
    var advance: @Sendable (TimeInterval) -> Void = { _ in }

    /// - Throws: Errors of the database, and `CancellationError`; those of vendors are in the report.
    func fetch(_ target: Target) async throws -> Report {
        var report = Report(
            symbol: target.symbol.text, series: target.series.rawValue,
            interval: target.interval.rawValue)
        let choices = try await choices(target)
        if choices.isEmpty {
            report.isFailed = true
            report.problems.append("no provider that can be asked has this")
        } else {
            try await fetch(target.range, target, choices[...], &report)
        }
        return report
    }

    /// Who can be asked, in order.
    func choices(_ target: Target) async throws -> [ProviderChoice] {
        let known = try await vendors.pool.withConnection { connection in
            try await Market.providers(
                for: target.symbol.text, series: target.series.rawValue, named: target.providers,
                on: connection)
        }
        return known.filter {
            vendors[$0.provider]?.offers(
                target.series, target.interval, hasSessions: target.hasSessions) == true
        }
    }

    private func fetch(
        _ range: Range<Date>, _ target: Target, _ choices: ArraySlice<ProviderChoice>,
        _ report: inout Report
    ) async throws {
        guard let choice = choices.first, let vendor = vendors[choice.provider] else { return }
        let rest = choices.dropFirst()
        var range = range
        if let earliest = vendor.earliest(target.series, target.interval, now: now()),
            earliest > range.lowerBound
        {
            let older = range.lowerBound..<min(earliest, range.upperBound)
            if rest.isEmpty {
                report.isFailed = true
                report.problems.append(
                    "\(choice.provider) has it since \(Timestamp.dateText(earliest)) only")
            } else {
                try await fetch(older, target, rest, &report)
            }
            guard earliest < range.upperBound else { return }
            range = older.upperBound..<range.upperBound
        }
        let wanted = range
        let missing = try await vendors.pool.withConnection { connection in
            try await Market.beginFetch(
                target.series.rawValue, of: target.symbol.text,
                interval: target.interval.rawValue, from: choice.provider, wanted,
                again: target.isCorrecting, on: connection)
        }
        guard let fetch = missing.first?.fetch else { return }
        do {
            for part in missing {
                let source = Source(vendor: vendor, choice: choice, fetch: fetch)
                try await pages(part.from..<part.to, target, source, &report)
            }
            try await end(fetch, "done", nil)
        } catch let error as MarketDataError {
            try await end(fetch, "failed", error.description)
            try await vendors.count("failure", choice.provider)
            report.problems.append(error.description)
            guard !rest.isEmpty else {
                report.isFailed = true
                return
            }
            try await vendors.count("fallback", choice.provider)
            log.warning("\(target.symbol): \(error.description); asking \(rest.first!.provider)")
            try await self.fetch(wanted, target, rest, &report)
        }
    }

    private struct Source {
        let vendor: any MarketData
        let choice: ProviderChoice
        let fetch: Int32
    }

    private func end(_ fetch: Int32, _ status: String, _ reason: String?) async throws {
        try await vendors.pool.withConnection { connection in
            try await Market.endFetch(fetch, status: status, reason: reason, on: connection)
        }
    }

    // MARK: Told without being asked

    /// Stores a bar that a stream told, and notes that nobody need be asked for it.
    ///
    /// One that is there already, or by our clock not complete, changes nothing.
    func take(_ bar: VendorRow, _ target: Target, from provider: String) async throws -> Report {
        var report = Report(
            symbol: target.symbol.text, series: target.series.rawValue,
            interval: target.interval.rawValue)
        let missing = try await vendors.pool.withConnection { connection in
            try await Market.beginFetch(
                target.series.rawValue, of: target.symbol.text,
                interval: target.interval.rawValue, from: provider, target.range, again: false,
                on: connection)
        }
        guard let vendor = vendors[provider] else { return report }
        for part in missing {
            let choice = ProviderChoice(provider: provider, vendorSymbol: target.symbol.text)
            let saved = Saved(
                target: target, source: Source(vendor: vendor, choice: choice, fetch: part.fetch),
                range: part.from..<part.to, done: part.from)
            try await store(MarketPage(rows: [bar], coveredTo: part.to), saved, &report)
            try await end(part.fetch, "done", nil)
        }
        return report
    }

    // MARK: Pages

    private func pages(
        _ range: Range<Date>, _ target: Target, _ source: Source, _ report: inout Report
    ) async throws {
        var request = MarketRequest(
            VendorSymbol(
                target.symbol, name: source.choice.vendorSymbol, hasSessions: target.hasSessions),
            target.series, target.interval, from: range.lowerBound, to: range.upperBound)
        var done = range.lowerBound
        while done < range.upperBound {
            let (asked, before) = (request, done)
            let page = try await vendors.ask(source.vendor, pause: \.pause) {
                () async throws(MarketDataError) in
                let page = try await source.vendor.page(asked)
                // A stale page of some cache, for one.
                let isOld = page.rows.allSatisfy { row in row.time.map { $0 < before } ?? false }
                guard page.coveredTo > before, page.rows.isEmpty || !isOld else {
                    throw MarketDataError(
                        .unreadable, source.vendor.provider, "the next page brings nothing new")
                }
                return page
            }
            report.requests += 1
            if report.providers.last != source.choice.provider {
                report.providers.append(source.choice.provider)
            }
            let saved = Saved(target: target, source: source, range: range, done: done)
            try await store(page, saved, &report)
            advance(page.coveredTo.timeIntervalSince(done))
            done = page.coveredTo
            request.token = page.token
            // A vendor's token goes with the request that it came from.
            if page.token == nil { request.from = done }
        }
    }

    /// Where a page belongs.
    private struct Saved {
        let target: Target
        let source: Source
        let range: Range<Date>
        let done: Date

        var file: String {
            "\(source.choice.provider):\(target.symbol):"
                + (target.series == .bars ? target.interval.rawValue : target.series.rawValue)
        }
    }

    private func store(
        _ page: MarketPage, _ saved: Saved, _ report: inout Report
    ) async throws {
        // What was not asked for is not wanted: the bar that is not complete yet, for one.
        let rows = page.rows.filter { row in row.time.map(saved.range.contains) ?? true }
        let covered = covered(page, rows, saved)
        let loaded = try await vendors.pool.transaction { connection in
            let loaded =
                saved.target.series == .bars
                ? try await storeBars(rows, saved, on: connection)
                : try await storeValues(rows, saved, on: connection)
            try await Market.notePage(
                fetch: saved.source.fetch, from: saved.done, to: covered,
                stored: loaded.stored + loaded.corrected, rejected: loaded.rejected, on: connection)
            return loaded
        }
        report.stored += loaded.stored
        report.corrected += loaded.corrected
        report.unchanged += loaded.unchanged
        report.rejected += loaded.rejected
    }

    /// Up to where there is no need to ask again: near the present up to the last row alone.
    private func covered(_ page: MarketPage, _ rows: [VendorRow], _ saved: Saved) -> Date {
        guard page.coveredTo > now().addingTimeInterval(-lag) else { return page.coveredTo }
        let last = rows.compactMap(\.time).max()
        let step = saved.target.series == .bars ? Double(saved.target.interval.seconds) : 1
        let end = last?.addingTimeInterval(step) ?? saved.done
        return min(max(end, saved.done), page.coveredTo)
    }

    private struct Loaded: Sendable {
        var stored = 0
        var corrected = 0
        var unchanged = 0
        var rejected = 0
    }

    private func storeBars(
        _ rows: [VendorRow], _ saved: Saved, on connection: isolated Connection
    ) async throws -> Loaded {
        let interval = saved.target.interval.rawValue
        let isCorrecting = saved.target.isCorrecting
        try await Market.stage("bars", on: connection)
        _ = try await connection.copyIn(
            "copy pg_temp.staged_bar (\(CopyLines.columns(.bars))) from stdin",
            [StagedRows.bars(rows, saved.target.symbol)])
        try await Market.dropClosedBars(interval: interval, on: connection)
        let faults = try await Market.checkStagedBars(
            interval: interval, correct: isCorrecting, on: connection)
        var loaded = Loaded()
        if faults > 0 {
            loaded.rejected = try await Market.faultyRows(on: connection)
            _ = try await Market.rejectStaged(file: saved.file, on: connection)
        }
        let result = try await Market.loadStagedBars(
            interval: interval, source: saved.source.choice.provider, correct: isCorrecting,
            on: connection)
        loaded.stored = result.inserted
        loaded.corrected = result.corrected
        loaded.unchanged = result.unchanged
        return loaded
    }

    private func storeValues(
        _ rows: [VendorRow], _ saved: Saved, on connection: isolated Connection
    ) async throws -> Loaded {
        let result = try await Market.storeDerivatives(
            saved.target.series.rawValue, of: saved.target.symbol.text,
            from: saved.source.choice.provider, json: StagedRows.values(rows), on: connection)
        return Loaded(
            stored: result.stored, unchanged: rows.count - result.stored - result.rejected,
            rejected: result.rejected)
    }
}
