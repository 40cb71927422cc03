import Foundation
import Glibc
import Jobs
import Postgres
import Support
import Testing

/// The live picture, seen as a terminal sees it.
@Suite("bellwether jobs top on a terminal", .requiresDatabase, .scratchDatabase)
struct JobsTopTests {
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    private func start(_ terminal: PseudoTerminal, _ arguments: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
            .deletingLastPathComponent().appending(path: "bellwether")
        process.arguments = ["jobs", "top"] + arguments
        process.environment = [
            "DATABASE_URL": try ScratchDatabase.require().url(as: "bellwether_worker"),
            "PATH": "/usr/bin:/bin",
        ]
        process.standardInput = terminal.handle
        process.standardOutput = terminal.handle
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func eventually(_ what: Comment, _ isSo: () -> Bool) async throws {
        for _ in 0..<1000 {
            if isSo() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record(what)
    }

    /// What a person sees: the last picture, line by line.
    private func screen(_ text: String) -> [String] {
        // A terminal in its usual mode makes a return and a new line of each new line.
        let plain = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
        guard let last = plain.components(separatedBy: "\u{1B}[H").last else { return [] }
        return last.replacing("\u{1B}[J", with: "").replacing("\u{1B}[K", with: "")
            .replacing(Self.leave, with: "").components(separatedBy: "\n")
    }

    @Test(
        "is drawn as wide as the window, without clearing it, until it is stopped",
        arguments: ["q", "SIGINT", "SIGTERM"])
    func watches(end: String) async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(3)
        let terminal = try PseudoTerminal(columns: 60, rows: 12)
        let modes = terminal.modes
        let top = try start(terminal, "--every", "100ms")
        defer { if top.isRunning { kill(top.processIdentifier, SIGKILL) } }
        try await eventually("it draws") { terminal.text.contains("note") }
        #expect(terminal.text.hasPrefix(Self.enter))
        #expect(terminal.modes & UInt32(ICANON | ECHO) == 0)
        try await bench.enqueue(4)
        try await eventually("it draws again") {
            screen(terminal.text).contains { $0.hasPrefix("ready 7 ") }
        }
        #expect(screen(terminal.text).allSatisfy { $0.count <= 60 })
        #expect(screen(terminal.text).count <= 12)
        #expect(!terminal.text.contains("\u{1B}[2J"))

        terminal.resize(columns: 30, rows: 6)
        kill(top.processIdentifier, SIGWINCH)
        try await eventually("it fits the new window") {
            let screen = screen(terminal.text)
            return screen.count <= 6 && screen.allSatisfy { $0.count <= 30 }
        }

        switch end {
        case "q": terminal.type("q")
        case "SIGINT": kill(top.processIdentifier, SIGINT)
        default: kill(top.processIdentifier, SIGTERM)
        }
        try await eventually("it ends") { !top.isRunning }
        #expect(top.terminationReason == .exit)
        #expect(top.terminationStatus == 0)
        #expect(terminal.text.hasSuffix(Self.leave))
        #expect(terminal.modes == modes)
    }

    @Test("leaves the terminal as it was when the database goes away")
    func loses() async throws {
        let bench = try await JobsBench.make()
        try await bench.enqueue(1)
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let modes = terminal.modes
        let top = try start(terminal, "--every", "100ms")
        defer { if top.isRunning { kill(top.processIdentifier, SIGKILL) } }
        try await eventually("it draws") { terminal.text.contains("note") }
        _ = try await bench.admin.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'bellwether jobs'
            """)
        try await eventually("it ends") { !top.isRunning }
        #expect(top.terminationStatus == 4)
        #expect(terminal.text.hasSuffix(Self.leave))
        #expect(terminal.modes == modes)
    }

    @Test("looks as often as it was told, and a space is one look more")
    func counts() async throws {
        _ = try await JobsBench.make()
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let top = try start(terminal, "--every", "1h", "--count", "2")
        defer { if top.isRunning { kill(top.processIdentifier, SIGKILL) } }
        func pictures() -> Int { terminal.text.components(separatedBy: "\u{1B}[H").count - 1 }
        try await eventually("it draws") { pictures() == 1 }
        terminal.type(" ")
        try await eventually("it looks again") { pictures() == 2 }
        terminal.type("x")
        terminal.type("q")
        try await eventually("it ends") { !top.isRunning }
        #expect(pictures() == 2)
        #expect(screen(terminal.text).contains("no jobs, and none was done lately"))
    }
}
