import Foundation
import Jobs
import Postgres
import Providers
import Store
import Support
import Testing

@testable import bellwether

/// Alerts from the row to the message: the row is first, and says what became of it.
@Suite("Sending alerts", .requiresDatabase, .scratchDatabase)
struct SendAlertFlowTests {
    private let fake: FakeServer
    private let mails: FakeServer

    init() throws {
        fake = try FakeServer("alerts")
        mails = try FakeServer("smtp")
    }

    private func handler(_ desk: Desk) throws -> SendAlert {
        let log = Log(sink: LogSink(level: .error, format: .json, isTerminal: false))
        let channels = try AlertEnvironment.channels(
            [
                "BELLWETHER_WEBHOOK_DESK": fake.base + "/api/webhooks/1/SECRET",
                "BELLWETHER_SMTP_URL": "smtp://127.0.0.1:\(mails.port)",
                "BELLWETHER_MAIL_FROM": "desk@example.org",
            ], log: log)
        return SendAlert(pool: desk.worker, channels: channels)
    }

    /// The payloads of the jobs that wait to send alerts, oldest first.
    private func jobs(_ desk: Desk) async throws -> [String] {
        try await desk.query(
            "select payload::text as row from work.job where kind = 'send_alert' order by job_id"
        ).decoded { row throws(PostgresError) in try row.get("row") }
    }

    private func deliveries(_ desk: Desk) async throws -> [String] {
        try await desk.query(
            """
            select concat_ws(' ', r.channel, d.status, d.attempts, d.error) as row
            from ops.alert_delivery as d join ops.alert_route as r using (tenant_id, route_id)
            order by d.alert_id, d.route_id
            """
        ).decoded { row throws(PostgresError) in try row.get("row") }
    }

    private func raise(_ desk: Desk, _ kind: String = "breaker") async throws {
        _ = try await desk.query(
            """
            select ops.raise_alert(\(bind: kind),
                '{"state": "open", "account_id": 1, "reason": "drawdown 21 %"}')
            """)
    }

    @Test("an alert goes to each route that wants it, once")
    func whole() async throws {
        let desk = try await Desk.open()
        _ = try await desk.query("select ops.route_alerts('discord', 'desk', null, 'info', true)")
        _ = try await desk.query(
            "select ops.route_alerts('email', 'a@example.org', 'breaker', 'critical', true)")
        _ = try await desk.query(
            "select ops.route_alerts('email', 'b@example.org', 'daily_summary', 'info', true)")
        try await raise(desk)
        let jobs = try await jobs(desk)
        #expect(jobs.count == 2)
        #expect(try await deliveries(desk) == ["discord queued 0", "email queued 0"])
        for payload in jobs + jobs { try await desk.run(handler(desk), payload) }
        #expect(try await deliveries(desk) == ["discord sent 1", "email sent 1"])
        let sent = try fake.requests()
        #expect(sent.count == 1 && sent.first?.body.contains("drawdown 21 %") == true)
        let mail = try mails.requests()
        #expect(mail.count == 1)
        #expect(mail.first?.headers["subject"] == "[critical] Circuit breaker open on account 1")
        await desk.close()
    }

    @Test("what fails is tried again like any job, and its row says why; then it is sent")
    func retried() async throws {
        let desk = try await Desk.open()
        _ = try await desk.query("select ops.route_alerts('discord', 'desk', null, 'info', true)")
        try await raise(desk)
        let payload = try #require(try await jobs(desk).first)
        try fake.script(
            #"{"fault": "status", "status": 500}"#,
            #"{"fault": "status", "status": 429, "retry_after": 0.2}"#)
        let failure = await #expect(throws: JobFailure.self) {
            try await desk.run(handler(desk), payload)
        }
        #expect(failure == .retry("Discord answered 500"))
        #expect(try await deliveries(desk) == ["discord failed 1 Discord answered 500"])
        let asked = await #expect(throws: JobFailure.self) {
            try await desk.run(handler(desk), payload)
        }
        #expect(asked == .throttled("Discord asks to come back later", for: .milliseconds(200)))
        // The gate is closed for all workers, and opens by itself.
        try await Task.sleep(for: .milliseconds(250))
        try await desk.run(handler(desk), payload, attempt: 3)
        #expect(try await deliveries(desk) == ["discord sent 3"])
        await desk.close()
    }

    @Test("what can never be sent is dead at once, and so is what is not there")
    func permanent() async throws {
        let desk = try await Desk.open()
        _ = try await desk.query("select ops.route_alerts('email', 'nobody', null, 'info', true)")
        try await raise(desk)
        let payload = try #require(try await jobs(desk).first)
        for given in [payload, #"{"alert_id": 999, "route_id": 1}"#] {
            let failure = await #expect(throws: JobFailure.self) {
                try await desk.run(handler(desk), given)
            }
            guard case .permanent = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
        }
        #expect(
            try await deliveries(desk) == ["email failed 1 the route's target is no mail address"])
        await desk.close()
    }
}
