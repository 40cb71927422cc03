import Jobs
import Postgres
import Providers
import Store

/// Sends one alert on one route. The row is there first and says what became of it: `queued`, `failed`
/// with its error while it is tried again, `sent`.
///
/// No service of messages knows a message that it was given before: if this worker dies between the
/// service's answer and the acknowledgement, the message arrives twice.
struct SendAlert: JobHandler {
    struct Request: Decodable {
        let alertID: Int64
        let routeID: Int64

        enum CodingKeys: String, CodingKey {
            case alertID = "alert_id"
            case routeID = "route_id"
        }
    }

    let kind = "send_alert"
    let pool: Pool
    /// The ways that this machine has, by the words of `ops.alert_route.channel`.
    let channels: [String: any AlertChannel]

    func handle(_ job: Job) async throws -> Completion {
        let request = try job.payload(as: Request.self)
        let (alert, route) = (request.alertID, request.routeID)
        let row = try await pool.transaction(for: job.tenant) { connection in
            try await Alerts.message(alert: alert, route: route, on: connection)
        }
        guard let row else {
            throw JobFailure.permanent("alert \(alert) is not to be sent on route \(route)")
        }
        if row.wasSent { return .nothing }
        do {
            try await send(row, request, job.tenant)
        } catch let failure as JobFailure {
            try await pool.transaction(for: job.tenant) { connection in
                try await Alerts.recordDelivery(
                    alert: alert, route: route, error: failure.reason, on: connection)
            }
            throw failure
        }
        return Completion { connection in
            try await Alerts.recordDelivery(
                alert: alert, route: route, error: nil, on: connection)
        }
    }

    /// - Throws: `JobFailure`.
    private func send(_ row: AlertRow, _ request: Request, _ tenant: Int32) async throws {
        guard let channel = channels[row.channel] else {
            throw JobFailure.retry("this worker has no way to send by \(row.channel)")
        }
        guard let severity = AlertMessage.Severity(rawValue: row.severity) else {
            throw JobFailure.permanent("an alert of severity \(row.severity) is not known")
        }
        let message = AlertMessage(
            id: "alert-\(tenant)-\(request.alertID)-\(request.routeID)", severity: severity,
            title: row.title, body: row.body, occurrences: row.occurrences, at: row.at)
        // All workers together keep to the service's rate.
        let gate = Gate(row.channel, pool: pool)
        try await gate.pass()
        do throws(AlertError) {
            try await channel.send(message, to: row.target)
        } catch {
            switch error.code {
            case .invalid: throw JobFailure.permanent(error.description)
            case .unavailable: throw JobFailure.retry(error.description)
            case .throttled:
                let wait = max(error.retryAfter ?? .seconds(5), .milliseconds(100))
                try await gate.close(for: wait, because: error.description)
                throw JobFailure.throttled(error.description, for: wait)
            }
        }
    }
}
