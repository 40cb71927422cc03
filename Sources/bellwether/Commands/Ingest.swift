import Foundation

/// `bellwether ingest`
enum Ingest {
    private static let kind = Option<IngestKind?>.optional(
        "kind", "What the files hold", default: "guessed from each header line")
    private static let interval = Option<IntervalName>.value(
        "interval", value: "INTERVAL",
        "Length of a bar: 1m, 5m, 15m, 30m, 1h, 4h, 1d; a bare number is minutes",
        default: IntervalName("1d"))
    private static let calendar = Option<String>.value(
        "calendar", value: "NAME", "Which exchange's sessions these are", default: "XNYS")
    private static let source = Option<String?>.optional(
        "source", value: "NAME", "Where the bars are from, stored with each",
        default: "the file's name")
    private static let correct = Option<Bool>.flag(
        "correct", "Replace stored rows that differ; a corrected bar is known from now on")
    private static let skipBad = Option<Bool>.flag(
        "skip-bad", "Store the good rows, keep the bad ones in market.rejected_row")
    private static let json = Option<Bool>.json
    private static let providers = Option<[String]>.repeated(
        "provider", value: "NAME",
        "Ask vendors instead of files, in this order: alpaca, binance, bybit, yahoo")
    private static let symbols = Option<[String]>.repeated(
        "symbols", value: "SYMBOL",
        "What the vendors are asked for; without --provider each that has it")
    private static let start = Option<PointInTime>.value(
        "start", value: "TIME", "From when: 90d, 12h, a bare number of days, or a date",
        default: .ago(.seconds(90 * 86_400)))
    private static let end = Option<PointInTime>.value(
        "end", value: "TIME", "Until when: as --start, or now", default: .now)
    private static let series = Option<[String]>.repeated(
        "series", value: "NAME",
        "Only these: bars, funding, open_interest, long_short_ratio; all that there is without")
    private static let assetClass = Option<String?>.optional(
        "asset-class", value: "CLASS",
        "Make symbols that are not known yet known as this: equity, index, crypto, forex")

    static let command = Command(
        name: "ingest",
        summary: "load bars, instruments, sessions or news from CSV files, or bars from vendors",
        discussion: """
            Each file is one transaction: checked whole, then stored whole or not at all. Sessions \
            are loaded first, then instruments, then bars. What is stored already is left as it \
            is, so that a file may be loaded again; a row that differs from the stored one is \
            refused unless --correct is given. A refusal names file, line, column and reason.

            With --symbols the vendors of market data are asked. What was fetched is remembered, so \
            that a command that was stopped goes on where it was; a vendor that fails is followed by \
            the next; rows that cannot be are kept in market.rejected_row; bars that are missing in \
            the end are listed. --correct asks again for what was fetched.
            """,
        positionals: [
            Positional(
                name: "FILE", help: "CSV with a header line; - reads standard input",
                isRequired: false, isRepeated: true)
        ],
        options: [
            kind.description, interval.description, calendar.description, source.description,
            correct.description, skipBad.description, symbols.description, providers.description,
            start.description, end.description, series.description, assetClass.description,
            json.description,
        ],
        examples: [
            Example("bellwether ingest xnys_sessions.csv symbols.csv ohlcv_daily.csv", "Load all"),
            Example("bellwether ingest --interval 5m xrpusdt.csv", "Load bars of five minutes"),
            Example("zcat bars.csv.gz | bellwether ingest --skip-bad -", "Load what is good"),
            Example(
                "bellwether ingest --provider yahoo --symbols AAPL,MSFT --start 90d --interval 15m",
                "Ask Yahoo for 90 days"),
        ],
        needs: [.databaseURL],
        action: { try await run($0) })

    private static func run(_ context: Context) async throws -> ExitCode {
        let invocation = context.invocation
        let wantsVendors = !invocation[symbols].isEmpty || !invocation[providers].isEmpty
        guard wantsVendors != !invocation.arguments.isEmpty else {
            throw ProgramError(
                .usage,
                wantsVendors
                    ? "files and vendors are two commands"
                    : "neither a file nor --symbols is named",
                hint: "bellwether ingest FILE..., or bellwether ingest --symbols AAPL,BTC-USD")
        }
        if wantsVendors { return try await fetch(context) }
        var settings = Ingester.Settings()
        settings.interval = invocation[interval].name
        settings.calendar = invocation[calendar]
        settings.source = invocation[source]
        settings.isCorrecting = invocation[correct]
        settings.isSkippingBad = invocation[skipBad]
        let ingester = Ingester(settings: settings, log: context.log)

        let files = try open(invocation.arguments, as: invocation[kind])
        let reports = try await context.withDatabase(as: "ingest") { connection in
            var reports: [Ingester.Report] = []
            for file in files {
                let report = try await ingester.load(file, on: connection)
                reports.append(report)
                if !invocation[json] { context.output.write(IngestText.of(report)) }
                if report.isRefused { break }
            }
            return reports
        }
        if invocation[json] { try context.output.json(reports) }
        return reports.contains(where: \.isRefused) ? .dataRefused : .success
    }

    /// Asks the vendors.
    private static func fetch(_ context: Context) async throws -> ExitCode {
        let invocation = context.invocation
        let wish = VendorIngest.Wish(
            symbols: try VendorIngest.symbols(invocation[symbols]),
            providers: invocation[providers].isEmpty ? nil : invocation[providers],
            interval: try VendorIngest.interval(invocation[interval]),
            series: try VendorIngest.series(invocation[series]),
            range: try VendorIngest.range(invocation[start], invocation[end], now: Date()),
            assetClass: invocation[assetClass], isCorrecting: invocation[correct])
        let reports = try await VendorIngest(context: context, wish: wish).run()
        if invocation[json] {
            try context.output.json(reports)
        } else {
            for report in reports { context.output.write(VendorText.of(report)) }
        }
        return reports.contains(where: \.isFailed) ? .unfinished : .success
    }

    /// All headers are read before anything is loaded.
    private static func open(_ paths: [String], as kind: IngestKind?) throws -> [IngestFile] {
        var files: [IngestFile] = []
        for path in paths {
            if let same = files.first(where: { $0.path == path }) {
                throw ProgramError(.usage, "\(same.name) is named twice")
            }
            files.append(try IngestFile(path: path, kind: kind))
        }
        let order = IngestKind.allCases
        return files.enumerated().sorted { left, right in
            let ranks = [left, right].map { order.firstIndex(of: $0.element.layout.kind) ?? 0 }
            return (ranks[0], left.offset) < (ranks[1], right.offset)
        }.map(\.element)
    }
}

/// What a load did, in words.
enum IngestText {
    static func of(_ report: Ingester.Report) -> String {
        var lines = [report.isRefused ? refusal(report) : summary(report)]
        lines += report.faults.map { fault in
            let column = fault.column.map { ", column \($0)" } ?? ""
            return "  \(report.file): line \(fault.line)\(column): \(fault.reason)"
        }
        if report.faultCount > report.faults.count {
            lines.append("  and \(report.faultCount - report.faults.count) more")
        }
        if report.isRefused {
            lines.append("  Mend the file, or load the good rows alone with --skip-bad.")
        }
        if report.estimatedCloses > 0 {
            lines.append(
                "  \(report.estimatedCloses) bars lie outside the exchange's calendar: taken as known from "
                    + "the next midnight UTC")
        }
        if !report.ignoredColumns.isEmpty {
            lines.append("  columns not loaded: \(report.ignoredColumns.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func refusal(_ report: Ingester.Report) -> String {
        "\(report.file): refused, nothing of it is stored (\(report.rows) rows, "
            + "\(report.faultCount) faults)"
    }

    private static func summary(_ report: Ingester.Report) -> String {
        var parts: [String] = []
        if report.inserted > 0 { parts.append("\(report.inserted) stored") }
        if report.corrected > 0 { parts.append("\(report.corrected) corrected") }
        if report.unchanged > 0 { parts.append("\(report.unchanged) were there already") }
        if report.rejected > 0 {
            parts.append("\(report.rejected) rejected (kept in market.rejected_row)")
        }
        if parts.isEmpty { parts.append("nothing to do") }
        let seconds = String(Int((report.seconds * 1000).rounded())) + " ms"
        return "\(report.file): \(report.rows) \(report.kind): \(parts.joined(separator: ", ")) "
            + "in \(seconds)"
    }
}
