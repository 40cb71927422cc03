import Foundation
import Synchronization

/// How far a long piece of work is: counts, and says when a line is due. No clock, no output.
struct ProgressMeter: Sendable {
    let what: String
    let unit: String
    /// How many there are; may change while the work goes on.
    var total: Int?
    /// Seconds between two lines.
    let interval: Double
    private(set) var done = 0
    private let start: Double
    private var lastLine: Double

    /// - Parameters:
    ///   - what: "embedding"; `unit`: "snapshots".
    ///   - at: seconds on any clock that goes on; so below.
    init(_ what: String, unit: String, total: Int?, interval: Double, at start: Double) {
        self.what = what
        self.unit = unit
        self.total = total
        self.interval = interval
        self.start = start
        lastLine = start
    }

    /// Counts `count` more; the answer is a line if one is due.
    mutating func advance(by count: Int, at time: Double) -> String? {
        done += count
        guard time - lastLine >= interval else { return nil }
        lastLine = time
        return line(at: time)
    }

    /// `embedding 1200 of 3900 snapshots, 85/s, 32 s left`
    func line(at time: Double) -> String {
        let passed = time - start
        var line = "\(what) \(done)"
        if let total { line += " of \(total)" }
        line += " \(unit)"
        guard passed > 0, done > 0 else { return line }
        let rate = Double(done) / passed
        line += ", \(Self.rounded(rate))/s"
        if let total, total > done {
            line += ", \(Self.spoken(Double(total - done) / rate)) left"
        }
        return line
    }

    /// `embedding: 3900 snapshots in 46 s, 85/s`
    func summary(at time: Double) -> String {
        let passed = time - start
        let rate = passed > 0 ? ", \(Self.rounded(Double(done) / passed))/s" : ""
        return "\(what): \(done) \(unit) in \(Self.spoken(passed))\(rate)"
    }

    private static func rounded(_ number: Double) -> String {
        number < 10 ? String(format: "%.1f", number) : String(format: "%.0f", number)
    }

    private static func spoken(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if seconds < 10 { return String(format: "%.1f s", seconds) }
        if whole < 120 { return "\(whole) s" }
        if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}

/// Shows a meter: one line that changes on a terminal, a log line every few seconds otherwise.
final class LogProgress: Sendable {
    private let log: Log
    private let meter: Mutex<ProgressMeter>
    private let time: @Sendable () -> Double

    init(
        _ what: String, unit: String, total: Int? = nil, log: Log,
        time: @escaping @Sendable () -> Double = LogProgress.uptime
    ) {
        self.log = log
        self.time = time
        meter = Mutex(
            ProgressMeter(
                what, unit: unit, total: total, interval: log.sink.isTerminal ? 0.1 : 3,
                at: time()))
    }

    func advance(by count: Int = 1) {
        let now = time()
        guard let line = meter.withLock({ $0.advance(by: count, at: now) }) else { return }
        if log.sink.isTerminal {
            log.sink.setBottom(line)
        } else {
            log.info(line)
        }
    }

    /// What is left to do by now, where that changes.
    func setLeft(_ count: Int) {
        meter.withLock { $0.total = $0.done + count }
    }

    /// Removes the line and logs the summary.
    func finish() {
        if log.sink.isTerminal { log.sink.setBottom("") }
        let now = time()
        log.info(meter.withLock { $0.summary(at: now) })
    }

    /// Removes the line without a word: the work has failed and somebody else says so.
    func abandon() {
        if log.sink.isTerminal { log.sink.setBottom("") }
    }

    static let uptime: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}
