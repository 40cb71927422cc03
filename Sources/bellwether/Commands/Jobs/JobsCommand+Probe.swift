import Foundation
import Postgres
import Store

// `bellwether jobs probe`: does a job get through, and how fast?

extension JobsCommand {
    private static let probes = Option<Count>.value(
        "count", "How many, one after another", default: Count(1))
    private static let limitOfProbe = Option<Duration>.value(
        "limit", "How long to wait for each", default: .seconds(10))

    static let probe = Command(
        name: "probe", summary: "send a job through the queue and say how long it took",
        discussion: """
            The job does nothing but answer. Counted is the time from the end of its enqueue to \
            its start in a worker, by the clocks of both machines, and to its answer.
            """,
        options: [probes.description, limitOfProbe.description, json.description],
        examples: [Example("bellwether jobs probe --count 20", "The median of twenty")],
        needs: [.databaseURL], action: { try await probe($0) })

    private struct Report: Encodable {
        let probes: Int
        let startMsP50: Double
        let startMsP99: Double
        let answerMsP50: Double
        let answerMsP99: Double
    }

    private static func probe(_ context: Context) async throws -> ExitCode {
        let count = context.invocation[probes].value
        let limit = context.invocation[limitOfProbe]
        let channel = "probe_\(UUID().uuidString.prefix(8).lowercased())"
        let target = try context.database("jobs")
        let times = try await context.withDatabase(as: "jobs") { connection in
            let listener = try await Connection.connect(target)
            var times: [(start: Double, answer: Double)] = []
            do {
                let answers = try await listener.listen(channel)
                for _ in 0..<count {
                    times.append(
                        try await Self.once(channel, answers, within: limit, on: connection))
                }
            } catch {
                await listener.close()
                throw error
            }
            await listener.close()
            return times
        }
        let report = Report(
            probes: count, startMsP50: quantile(times.map(\.start), 0.5),
            startMsP99: quantile(times.map(\.start), 0.99),
            answerMsP50: quantile(times.map(\.answer), 0.5),
            answerMsP99: quantile(times.map(\.answer), 0.99))
        if context.invocation[json] {
            try context.output.json(report)
        } else {
            context.output.line(
                """
                \(count) probes: started after \(number(report.startMsP50)) ms, answered after \
                \(number(report.answerMsP50)) ms (p50; p99 \(number(report.startMsP99)) and \
                \(number(report.answerMsP99)))
                """)
        }
        return .success
    }

    /// Milliseconds until one probe was started and until it answered.
    private static func once(
        _ channel: String, _ answers: AsyncStream<Postgres.Notification>, within limit: Duration,
        on connection: isolated Connection
    ) async throws -> (start: Double, answer: Double) {
        let job = try await Work.enqueueProbe(answeringOn: channel, on: connection)
        let sentAt = Date()
        let answer = try await withThrowingTaskGroup(of: ProbeAnswer?.self) { group in
            group.addTask {
                for await notification in answers {
                    if let answer = ProbeAnswer(notification.payload), answer.job == job {
                        return answer
                    }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let answer else {
            throw ProgramError(
                .failure, "no worker answered within \(limit)",
                hint: "Does one run? 'bellwether jobs workers' and 'bellwether jobs top' say more.")
        }
        return (
            max(0, answer.startedAt.timeIntervalSince(sentAt) * 1000),
            Date().timeIntervalSince(sentAt) * 1000
        )
    }

    private static func quantile(_ values: [Double], _ fraction: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty
            ? 0 : sorted[min(Int(Double(sorted.count) * fraction), sorted.count - 1)]
    }
}
