import Foundation
import Synchronization

/// How important a line is, least important first.
enum LogLevel: String, CaseIterable, Comparable, ArgumentValue {
    case debug, info, warning, error

    static func < (left: LogLevel, right: LogLevel) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// Says what happens, with the cycle, job and trace it happens for.
///
/// Lines go to standard error, so that standard output holds data alone.
struct Log: Sendable {
    let sink: LogSink
    private(set) var subject = LogSubject()

    /// The same log for one job, cycle or trace.
    func about(job: Int64? = nil, cycle: Int64? = nil, trace: UUID? = nil) -> Log {
        var log = self
        log.subject.job = job ?? subject.job
        log.subject.cycle = cycle ?? subject.cycle
        log.subject.trace = trace ?? subject.trace
        return log
    }

    /// Whether lines of this level are written: for callers with thousands of them a second.
    func isEnabled(_ level: LogLevel) -> Bool { level >= sink.level }

    func debug(
        _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        write(.debug, message, fields)
    }

    func info(
        _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        write(.info, message, fields)
    }

    func warning(
        _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        write(.warning, message, fields)
    }

    func error(
        _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        write(.error, message, fields)
    }

    private func write(
        _ level: LogLevel, _ message: () -> String, _ fields: KeyValuePairs<String, LogValue>
    ) {
        guard level >= sink.level else { return }
        sink.write(level, message(), subject, fields)
    }
}

/// What a line is about.
struct LogSubject: Equatable, Sendable {
    var job: Int64?
    var cycle: Int64?
    var trace: UUID?
}

/// A value beside a message.
enum LogValue: Equatable, Sendable {
    case text(String)
    case number(Int)
    case real(Double)
    case flag(Bool)
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(floatLiteral value: Double) { self = .real(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Where lines go: one at a time, above the line that shows progress on a terminal.
final class LogSink: Sendable {
    private struct State {
        var level: LogLevel
        /// The progress line that now stands at the bottom of the terminal.
        var bottom = ""
    }

    let format: LogFormat
    let isTerminal: Bool
    private let isColored: Bool
    private let now: @Sendable () -> Date
    private let output: @Sendable (String) -> Void
    private let state: Mutex<State>

    init(
        level: LogLevel, format: LogFormat, isTerminal: Bool, isColored: Bool = false,
        now: @escaping @Sendable () -> Date = { Date() },
        output: @escaping @Sendable (String) -> Void = LogSink.standardError
    ) {
        self.format = format
        self.isTerminal = isTerminal
        self.isColored = isColored
        self.now = now
        self.output = output
        state = Mutex(State(level: level))
    }

    var level: LogLevel {
        get { state.withLock { $0.level } }
        set { state.withLock { $0.level = newValue } }
    }

    func write(
        _ level: LogLevel, _ message: String, _ subject: LogSubject,
        _ fields: KeyValuePairs<String, LogValue>
    ) {
        let line = format.line(
            at: now(), level, message, subject, fields, colored: isColored)
        state.withLock { state in
            if state.bottom.isEmpty {
                output(line + "\n")
            } else {
                output("\r\u{1B}[K" + line + "\n" + state.bottom)
            }
        }
    }

    /// Puts the progress line in place of the one before; an empty one removes it.
    func setBottom(_ line: String) {
        state.withLock { state in
            output("\r\u{1B}[K" + line)
            state.bottom = line
        }
    }

    static let standardError: @Sendable (String) -> Void = { text in
        FileHandle.standardError.write(Data(text.utf8))
    }
}
