import Foundation
import Store
import Testing

@testable import bellwether

@Suite("The picture of jobs top")
struct TopPictureTests {
    private static func line(_ number: Int) -> TopLine {
        TopLine(
            kind: "kind_of_job_\(number)", ready: 1000 * number, leased: 8, waiting: 0, blocked: 3,
            dead: 1, done: 70, perSecond: 35.25, oldestReadySeconds: 1.5, waitMsP50: 2,
            waitMsP99: 12_345.6, runMsP50: nil, runMsP99: nil)
    }

    private static func picture(kinds: Int, workers: Int, reason: String = "a") -> TopPicture {
        TopPicture(
            at: Date(timeIntervalSince1970: 0), workers: workers, idleWorkers: 1,
            counters: ["jobs_rescued": 7], paused: [PausedWork(kind: "send", reason: reason)],
            kinds: (0..<kinds).map(line),
            busyWorkers: (0..<workers).map {
                TopPicture.BusyWorker(
                    worker: Int32($0), host: "desk-\($0).example.com", processID: 4711, jobs: 8,
                    isIdle: false, silentSeconds: 1.2)
            })
    }

    @Test(
        "is never wider or higher than the window",
        arguments: [(20, 5), (40, 10), (80, 24), (132, 40), (300, 100)], [0, 1, 13, 60])
    func fits(window: (columns: Int, rows: Int), kinds: Int) {
        let size = Terminal.Size(columns: window.columns, rows: window.rows)
        let lines = Self.picture(kinds: kinds, workers: 10).lines(in: size)
        #expect(lines.count <= window.rows)
        #expect(lines.allSatisfy { $0.count <= window.columns })
        #expect(lines[0].hasPrefix("1970-01-01T00:00:00"))
    }

    @Test("leaves columns out before it cuts, and says how much is not shown")
    func narrow() {
        let picture = Self.picture(kinds: 30, workers: 10)
        let narrow = picture.lines(in: Terminal.Size(columns: 80, rows: 24))
        let heading = narrow.first { $0.hasPrefix("kind") }
        #expect(heading?.contains("wait p50 ms") == true)
        #expect(heading?.contains("blocked") == false)
        #expect(narrow.contains { $0.hasPrefix("… ") && $0.hasSuffix(" more kinds") })
        #expect(narrow.contains { $0.hasPrefix("… ") && $0.hasSuffix(" more workers") })
        let wide = picture.lines(in: nil)
        #expect(wide.contains { $0.hasPrefix("kind") && $0.contains("blocked") })
        #expect(wide.count(where: { $0.hasPrefix("kind_of_job_") }) == 30)
        #expect(!wide.contains { $0.hasPrefix("…") })
    }

    @Test("adds up what all kinds have")
    func sums() {
        let lines = Self.picture(kinds: 3, workers: 2).lines(in: nil)
        #expect(lines[0].hasSuffix("2 workers, 1 idle"))
        #expect(
            lines[1] == "ready 3000  leased 24  waiting 0  blocked 9  dead 3  "
                + "done/s 105.8  oldest 1.5 s")
        #expect(lines[2].hasSuffix("0 retried, 7 rescued, 0 leases lost"))
        #expect(lines[3] == "paused: kind send (a)")
    }

    @Test("gives the terminal nothing to obey")
    func clean() {
        let lines = Self.picture(kinds: 1, workers: 1, reason: "x\u{1B}[2J\ny\u{9B}m").lines(
            in: nil)
        #expect(lines[3] == "paused: kind send (x [2J y m)")
        var table = TextTable("name")
        table.append("a\tb\u{7}\r\nc")
        #expect(table.text == "name\na b   c\n")
    }
}
