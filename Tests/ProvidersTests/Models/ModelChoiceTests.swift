import Foundation
import Testing

@testable import Providers

@Suite("Providers, keys and retries") struct ModelChoiceTests {
    @Test(
        "a model's name says who serves it",
        arguments: [
            ("claude-sonnet-4-5", ModelProvider.anthropic), ("gpt-5-mini", .openai),
            ("o3", .openai), ("o4-mini", .openai), ("chatgpt-4o-latest", .openai),
            ("gemini-2.5-pro", .gemini), ("Claude-x", .anthropic), ("smollm2", .local),
            ("olmo-2", .local), ("o", .local), ("o3x", .local), ("llama-claude-", .local),
        ])
    func inference(name: String, provider: ModelProvider) {
        #expect(ModelProvider(serving: name) == provider)
    }

    @Test("a key is never printed, and no spaces around it count")
    func key() throws {
        let key = try #require(APIKey(" SECRET\n"))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("SECRET"))
        #expect(key == APIKey("SECRET"))
        #expect(APIKey(" \n") == nil)
        var endpoint = ""
        dump(ModelEndpoint(.openai, key: key), to: &endpoint)
        #expect(!endpoint.contains("SECRET"))
    }

    private func error(_ code: ModelError.Code, after: Duration? = nil, says: Bool? = nil)
        -> ModelError
    {
        var error = ModelError(code, .openai, "m", "x")
        error.retryAfter = after
        error.serverSaysRetry = says
        return error
    }

    private func wait(
        _ error: ModelError, _ attempt: Int = 1, waited: Duration = .zero, jitter: Double = 0
    ) -> Duration? {
        RetryPolicy().wait(after: error, attempt: attempt, waited: waited, jitter: jitter)
    }

    @Test("waits double up to a bound, less some jitter, and end")
    func backoff() {
        let overloaded = error(.overloaded)
        #expect(
            (1...4).map { wait(overloaded, $0) } == [.seconds(0.5), .seconds(1), .seconds(2), nil])
        #expect(wait(overloaded, jitter: 1) == .seconds(0.375))
        var policy = RetryPolicy()
        policy.retries = 10
        #expect(policy.wait(after: overloaded, attempt: 9, waited: .zero, jitter: 0) == .seconds(8))
        #expect(wait(overloaded, waited: .seconds(119.9)) == nil)
    }

    @Test("what the server says goes first, within reason")
    func asked() {
        #expect(wait(error(.rateLimited, after: .seconds(17))) == .seconds(17))
        #expect(wait(error(.rateLimited, after: .seconds(61))) == nil)
        #expect(wait(error(.invalidRequest, says: true)) == .seconds(0.5))
        #expect(wait(error(.overloaded, says: false)) == nil)
        #expect(wait(error(.unauthorised)) == nil)
    }

    @Test(
        "headers that ask to wait are read in their order",
        arguments: [
            (["retry-after-ms": "1500", "retry-after": "9"], Duration.seconds(1.5)),
            (["Retry-After": "0.25"], .seconds(0.25)),
            (["retry-after": "Sun, 06 Nov 1994 08:49:47 GMT"], .seconds(10)),
            (["retry-after": "Sun, 06 Nov 1994 08:49:00 GMT"], .zero),
            (["retry-after": "1e300"], .seconds(86_400)), (["retry-after": "inf"], nil),
            (["retry-after-ms": "inf", "retry-after": "2"], .seconds(2)),
            (["retry-after": "soon"], nil), (["retry-after": "-1"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func headers(given: [String: String], wanted: Duration?) {
        var headers = HTTPHeaders()
        for (name, value) in given { headers.add(name, value) }
        let now = Date(timeIntervalSince1970: 784_111_777)
        #expect(RetryPolicy.asked(headers, now: now) == wanted)
    }
}
