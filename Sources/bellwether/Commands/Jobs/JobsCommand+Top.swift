import Foundation
import Postgres
import Store

// `bellwether jobs top`: how it goes, again and again.

extension JobsCommand {
    private static let every = Option<Duration>.value(
        "every", "How often it looks", default: .seconds(2))
    private static let over = Option<Duration>.value(
        "over", "The time whose jobs are counted for rates and times", default: .seconds(60))
    private static let count = Option<Count?>.optional(
        "count", "How often it looks in all", default: "for ever on a terminal, else once")

    static let top = Command(
        name: "top", summary: "depth, rate, age and times by kind, live",
        discussion: """
            On a terminal the picture is drawn over the last one, as large as the window, until q \
            or ctrl-c; elsewhere pictures follow each other, with --json one document a line.
            """,
        options: [every.description, over.description, count.description, json.description],
        examples: [
            Example("bellwether jobs top", "Watch the queue"),
            Example("bellwether jobs top --count 3 --every 10s --json", "Three samples"),
        ],
        needs: [.databaseURL], action: { try await top($0) })

    private static func top(_ context: Context) async throws -> ExitCode {
        let invocation = context.invocation
        let period = invocation[over]
        guard period > .zero else {
            throw ProgramError(.usage, "--over must be more than no time, such as 10s")
        }
        let isLive = context.output.isTerminal && !invocation[json]
        let looks = invocation[count]?.value ?? (isLive ? .max : 1)
        try await context.withDatabase(as: "jobs") { connection in
            if isLive {
                let pause = max(invocation[every], .milliseconds(100))
                try await watch(looks, every: pause, over: period, on: connection)
                return
            }
            for look in 1...looks {
                let picture = try await picture(over: period, on: connection)
                if invocation[json] {
                    try context.output.json(picture)
                } else {
                    context.output.write(picture.lines(in: nil).joined(separator: "\n") + "\n")
                }
                if look < looks { try await Task.sleep(for: invocation[every]) }
            }
        }
        return .success
    }

    /// Draws until somebody asks for the end; the terminal is left as it was, whatever happens.
    private static func watch(
        _ looks: Int, every pause: Duration, over period: Duration,
        on connection: isolated Connection
    ) async throws {
        let terminal = Terminal()
        terminal.enter()
        defer { terminal.leave() }
        var picture = try await picture(over: period, on: connection)
        var left = looks - 1
        func draw() {
            var lines = picture.lines(in: terminal.size)
            if lines.count < terminal.size.rows {
                lines += Array(repeating: "", count: terminal.size.rows - lines.count - 1)
                lines.append(
                    TextTable.cut("q: quit, space: look now", to: terminal.size.columns))
            }
            terminal.draw(lines)
        }
        draw()
        if left > 0 { terminal.wake(after: pause) } else { return }
        for await event in terminal.events {
            switch event {
            case .stop: return
            case .resized: break
            case .timer, .key(" "):
                picture = try await Self.picture(over: period, on: connection)
                if event == .timer {
                    left -= 1
                    terminal.wake(after: pause)
                }
            case .key: continue
            }
            draw()
            if left == 0 { return }
        }
    }

    private static func picture(
        over period: Duration, on connection: isolated Connection
    ) async throws -> TopPicture {
        let workers = try await Work.workers(on: connection)
        let held = try await Work.held(on: connection)
        let now = try await Work.now(on: connection)
        return TopPicture(
            at: now, workers: workers.count, idleWorkers: workers.count(where: \.isIdle),
            counters: try await Work.counters(on: connection),
            paused: try await Work.paused(on: connection),
            kinds: try await Work.top(over: period, on: connection),
            busyWorkers: workers.map { worker in
                TopPicture.BusyWorker(
                    worker: worker.worker, host: worker.host, processID: Int(worker.processID),
                    jobs: held[worker.worker] ?? 0, isIdle: worker.isIdle,
                    silentSeconds: max(0, now.timeIntervalSince(worker.heartbeatAt)))
            })
    }
}
