import FoundationEssentials
package import Postgres

/// What went wrong, as RFC 9457 problem details.
package struct Problem: Error, Sendable, Equatable {
    package let status: Int
    /// Stable, for programs: `unknown_parameter`, `POSITION_LIMIT`.
    package let code: String
    package let title: String
    package var detail: String?
    package var hint: String?
    package var sqlState: String?
    /// Seconds after which to try again.
    package var retryAfter: Int?

    package init(
        _ status: Int, _ code: String, _ title: String, detail: String? = nil,
        hint: String? = nil, sqlState: String? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.hint = hint
        self.sqlState = sqlState
        self.retryAfter = retryAfter
    }

    private struct Body: Encodable {
        let type: String
        let title: String
        let status: Int
        let code: String
        let detail: String?
        let hint: String?
        let sqlstate: String?
        let requestID: String

        enum CodingKeys: String, CodingKey {
            case type, title, status, code, detail, hint, sqlstate
            case requestID = "request_id"
        }
    }

    package func response(requestID: String) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(
            type: "/docs/problems#\(code)", title: title, status: status, code: code,
            detail: detail, hint: hint, sqlstate: sqlState, requestID: requestID)
        // Texts and numbers always have a JSON form.
        let bytes = (try? encoder.encode(body)).map { Array($0) } ?? []
        var response = Response(status, type: "application/problem+json", body: bytes)
        if status == 401 { response.headers.append(("WWW-Authenticate", "Bearer")) }
        if let retryAfter { response.headers.append(("Retry-After", "\(retryAfter)")) }
        return response
    }
}

extension Problem {
    /// The database's refusal: what the caller can mend is 4xx with the database's words, what it
    /// cannot is 5xx without them.
    package init(_ error: PostgresError, names: [String: String]) {
        guard let state = error.sqlState else {
            self.init(Problem.unreachable(error))
            return
        }
        let status = Self.status(ofSQLState: state)
        let name = names[state] ?? Self.name(ofSQLState: state)
        if status >= 500 {
            self.init(
                status, name, Self.title(status), sqlState: state,
                retryAfter: status == 503 ? 1 : nil)
        } else {
            self.init(
                status, name, error.message, hint: error.hint, sqlState: state)
        }
    }

    private init(_ other: Problem) { self = other }

    private static func unreachable(_ error: PostgresError) -> Problem {
        switch error.code {
        case .connection, .closed:
            Problem(503, "database_unreachable", "The database cannot be reached", retryAfter: 1)
        case .timeout: Problem(503, "busy", "No connection was free in time", retryAfter: 1)
        case .commitUnknown:
            Problem(
                503, "outcome_unknown", "The connection was lost while the write was committed",
                hint: "Send it again with the same Idempotency-Key.", retryAfter: 1)
        default: Problem(500, "internal_error", "Something went wrong here")
        }
    }

    /// PostgreSQL documentation, appendix A, and our own class BW.
    private static func status(ofSQLState state: String) -> Int {
        switch state {
        case "42501": 403
        case "57014": 504
        case "55P03", "40001", "40P01", "53300": 503
        case "23505", "BW022": 409
        case "BW310", "BW313", "BW402", "BW123", "BW121": 404
        case "0A000": 400
        default:
            switch state.prefix(2) {
            case "22", "23": 400
            case "BW": state.hasPrefix("BW0") && state < "BW010" ? 503 : 422
            case "08", "53", "57", "58": 503
            case "54": 413
            default: state == "P0001" ? 422 : 500
            }
        }
    }

    private static func name(ofSQLState state: String) -> String {
        switch state.prefix(2) {
        case "22": "bad_value"
        case "23": "constraint_violated"
        default:
            switch status(ofSQLState: state) {
            case 403: "not_allowed"
            case 503: "database_busy"
            case 504: "took_too_long"
            default: "internal_error"
            }
        }
    }

    private static func title(_ status: Int) -> String {
        switch status {
        case 503: "The database cannot do this now"
        case 504: "It took too long"
        default: "Something went wrong here"
        }
    }
}
