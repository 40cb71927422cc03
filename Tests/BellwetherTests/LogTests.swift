import Foundation
import Synchronization
import Testing

@testable import bellwether

/// Keeps what was written.
final class Written: Sendable {
    private let text = Mutex("")
    var all: String { text.withLock { $0 } }
    var write: @Sendable (String) -> Void {
        { [self] more in text.withLock { $0 += more } }
    }
}

@Suite("Log")
struct LogTests {
    private let written = Written()

    private func log(
        _ format: LogFormat, level: LogLevel = .info, isTerminal: Bool = false
    ) -> Log {
        Log(
            sink: LogSink(
                level: level, format: format, isTerminal: isTerminal,
                now: { Date(timeIntervalSince1970: 1_517_788_800.25) }, output: written.write))
    }

    @Test("A line for people says time, level, message, job and fields")
    func text() {
        log(.text).about(job: 12, cycle: 7).warning("slow\nanswer", ["model": "rules v1", "ms": 9])
        let fields = "job=12 cycle=7 model=\"rules v1\" ms=9"
        #expect(written.all == "00:00:00.250 warn  slow | answer \(fields)\n")
    }

    @Test("A JSON line is JSON whatever it says")
    func json() throws {
        let trace = UUID()
        log(.json).about(trace: trace).error(
            "a \"quoted\"\n\u{1}line", ["rate": 0.5, "ok": true, "nan": .real(.nan)])
        let line = try #require(written.all.split(separator: "\n").first)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["at"] as? String == "2018-02-05T00:00:00.250Z")
        #expect(object["level"] as? String == "error")
        #expect(object["message"] as? String == "a \"quoted\"\n\u{1}line")
        #expect(object["trace"] as? String == trace.uuidString.lowercased())
        #expect(object["rate"] as? Double == 0.5)
        #expect(object["ok"] as? Bool == true)
        #expect(object["nan"] as? String == "nan")
    }

    @Test("What is below the level is not written, and the level can change")
    func level() {
        let log = log(.text, level: .warning)
        log.info("no")
        #expect(written.all == "")
        log.sink.level = .debug
        log.debug("yes")
        #expect(written.all.contains("yes"))
    }

    @Test("On a terminal a line goes above the progress line")
    func bottom() {
        let log = log(.text, isTerminal: true)
        log.sink.setBottom("half")
        log.info("hello")
        #expect(written.all.hasSuffix("hello\nhalf"))
    }
}

@Suite("Progress")
struct ProgressTests {
    @Test("A line is due after each interval and says rate and time left")
    func lines() {
        var meter = ProgressMeter("embedding", unit: "snapshots", total: 3900, interval: 3, at: 100)
        #expect(meter.advance(by: 100, at: 102.9) == nil)
        #expect(
            meter.advance(by: 200, at: 103)
                == "embedding 300 of 3900 snapshots, 100/s, 36 s left")
        #expect(meter.advance(by: 1, at: 105.9) == nil)
        #expect(meter.advance(by: 3599, at: 160) == "embedding 3900 of 3900 snapshots, 65/s")
        #expect(meter.summary(at: 160) == "embedding: 3900 snapshots in 60 s, 65/s")
    }

    @Test("Without a total there is no time left, without time no rate")
    func unknown() {
        let meter = ProgressMeter("reading", unit: "rows", total: nil, interval: 0, at: 5)
        #expect(meter.line(at: 5) == "reading 0 rows")
    }
}
