import Foundation
import Postgres
import Store

/// Loads one file: COPY into a staging table, checks in SQL, then the good rows into their table,
/// all in one transaction.
struct Ingester: Sendable {
    struct Settings: Sendable {
        var interval = "1d"
        var calendar = "XNYS"
        var source: String?
        var isCorrecting = false
        var isSkippingBad = false
        /// How many faults a report shows.
        var shownFaults = 20
    }

    struct Fault: Encodable, Equatable, Sendable {
        let line: Int
        let column: String?
        let reason: String
    }

    struct Report: Encodable, Equatable, Sendable {
        let file: String
        let kind: String
        var rows = 0
        var inserted = 0
        var unchanged = 0
        var corrected = 0
        /// Rows that were not stored.
        var rejected = 0
        /// The first of the faults.
        var faults: [Fault] = []
        var faultCount = 0
        var estimatedCloses = 0
        var ignoredColumns: [String] = []
        var seconds = 0.0

        /// Whether nothing of the file was stored because of its faults.
        var isRefused = false
    }

    let settings: Settings
    let log: Log

    func load(_ file: IngestFile, on connection: isolated Connection) async throws -> Report {
        let start = ContinuousClock.now
        var report = Report(file: file.name, kind: file.layout.kind.rawValue)
        report.ignoredColumns = file.layout.ignored
        do {
            let before = report
            report = try await connection.transaction { connection in
                var report = before
                try await stage(file, &report, on: connection)
                try await check(file, &report, on: connection)
                try await store(file, &report, on: connection)
                return report
            }
        } catch let refused as Refused {
            report = refused.report
            report.isRefused = true
        }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    /// Ends the transaction of a file with faults.
    private struct Refused: Error { let report: Report }

    private func stage(
        _ file: IngestFile, _ report: inout Report, on connection: isolated Connection
    ) async throws {
        let kind = file.layout.kind
        try await Market.stage(kind.staged, on: connection)
        let progress = LogProgress(
            "reading \(file.name)", unit: "bytes", total: file.rows.size, log: log)
        file.rows.onRead = { progress.advance(by: $0) }
        defer { progress.abandon() }
        report.rows = try await connection.copyIn(
            "copy pg_temp.\(kind.table) (\(CopyLines.columns(kind))) from stdin", file.rows)
    }

    private func check(
        _ file: IngestFile, _ report: inout Report, on connection: isolated Connection
    ) async throws {
        let correct = settings.isCorrecting
        report.faultCount =
            switch file.layout.kind {
            case .bars, .closes:
                try await Market.checkStagedBars(
                    interval: settings.interval, correct: correct, on: connection)
            case .instruments:
                try await Market.checkStagedInstruments(correct: correct, on: connection)
            case .sessions:
                try await Market.checkStagedSessions(
                    calendar: settings.calendar, correct: correct, on: connection)
            case .news: try await Market.checkStagedNews(correct: correct, on: connection)
            }
        guard report.faultCount > 0 else { return }
        let faults = try await Market.stagedFaults(limit: settings.shownFaults, on: connection)
        report.faults = faults.map { Fault(line: $0.line, column: $0.column, reason: $0.reason) }
        report.rejected = try await Market.faultyRows(on: connection)
        guard settings.isSkippingBad else {
            report.rejected = report.rows
            throw Refused(report: report)
        }
        _ = try await Market.rejectStaged(file: file.name, on: connection)
    }

    private func store(
        _ file: IngestFile, _ report: inout Report, on connection: isolated Connection
    ) async throws {
        let correct = settings.isCorrecting
        let loaded =
            switch file.layout.kind {
            case .bars, .closes:
                try await Market.loadStagedBars(
                    interval: settings.interval, source: settings.source ?? Self.source(file),
                    correct: correct, on: connection)
            case .instruments:
                try await Market.loadStagedInstruments(correct: correct, on: connection)
            case .sessions:
                try await Market.loadStagedSessions(
                    calendar: settings.calendar, correct: correct, on: connection)
            case .news: try await Market.loadStagedNews(correct: correct, on: connection)
            }
        report.inserted = loaded.inserted
        report.unchanged = loaded.unchanged
        report.corrected = loaded.corrected
        report.estimatedCloses = loaded.estimatedCloses
    }

    /// `file:ohlcv_daily.csv`
    private static func source(_ file: IngestFile) -> String {
        file.path == "-" ? "stdin" : "file:" + URL(filePath: file.path).lastPathComponent
    }
}
