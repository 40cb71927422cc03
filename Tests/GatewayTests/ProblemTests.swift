import Foundation
import Postgres
import Testing

@testable import Gateway

@Suite("Problems") struct ProblemTests {
    @Test(
        "say whose fault it is",
        arguments: [
            ("22P02", 400), ("23514", 400), ("42501", 403), ("57014", 504), ("57P01", 503),
            ("53300", 503), ("40001", 503), ("BW310", 404), ("BW402", 404), ("BW102", 422),
            ("BW022", 409), ("BW002", 503), ("XX000", 500), ("42P01", 500),
        ])
    func status(state: String, status: Int) {
        let error = PostgresError(.server, "words of the database", sqlState: state)
        #expect(Problem(error, names: [:]).status == status)
    }

    @Test("show the database's words only where the caller can mend it")
    func words() {
        let mend = PostgresError(.server, "there is no symbol X", sqlState: "BW310", hint: "Look.")
        let problem = Problem(mend, names: ["BW310": "symbol_unknown"])
        #expect(problem.title == "there is no symbol X")
        #expect(problem.code == "symbol_unknown")
        let inside = PostgresError(.server, "relation secret does not exist", sqlState: "42P01")
        #expect(!"\(Problem(inside, names: [:]))".contains("secret"))
    }

    @Test("are problem details of RFC 9457")
    func form() throws {
        let response = Problem(429, "too_many_requests", "Slowly", retryAfter: 2)
            .response(requestID: "r1")
        #expect(response.header("Content-Type") == "application/problem+json")
        #expect(response.header("Retry-After") == "2")
        let body = try JSONDecoder().decode([String: JSONValue].self, from: Data(response.body))
        #expect(body["status"]?.text == "429")
        #expect(body["request_id"]?.text == "r1")
    }

    /// A text or a number.
    private struct JSONValue: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let number = try? single.decode(Int.self) {
                text = "\(number)"
            } else {
                text = try single.decode(String.self)
            }
        }
    }
}
