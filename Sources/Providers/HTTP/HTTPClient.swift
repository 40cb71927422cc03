/// Sends requests to outside services, over libcurl.
///
/// Redirects are not followed, nothing is retried, and no answer grows beyond its limit. Cancelling
/// the task that waits ends the transfer at once.
package final class HTTPClient: Sendable {
    /// Where its transfers run.
    let transfers: CurlLoop

    package init() {
        transfers = CurlLoop()
        transfers.run()
    }

    deinit { transfers.stop() }

    /// Returns when the head of the answer is there; the body follows as it is read.
    ///
    /// - Throws: `HTTPError`. Any status is an answer, not an error.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await Transfer(request, loop: transfers).start()
    }

    /// Sends, and reads the whole body.
    package func fetch(
        _ request: HTTPRequest
    ) async throws(HTTPError) -> (status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let response = try await send(request)
        return (response.status, response.headers, try await response.body.collect())
    }
}
