/// The head of an answer, and its body as it arrives.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPBody

    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// The body of an answer in the pieces in which it arrives, to be read once.
///
/// Whoever stops reading, or lets go of it, ends the transfer. The service is read no faster than
/// the reader takes what it sends.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    private let lease: TransferLease

    init(_ transfer: Transfer) { lease = TransferLease(transfer) }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let lease: TransferLease

        package mutating func next() async throws(HTTPError) -> [UInt8]? {
            try await lease.transfer.next()
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPError) -> [UInt8]? {
            try await lease.transfer.next()
        }
    }

    /// The whole body.
    package func collect() async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await lease.transfer.next() { bytes += piece }
        return bytes
    }
}

/// Ends the transfer when the last reader is gone.
private final class TransferLease: Sendable {
    let transfer: Transfer

    init(_ transfer: Transfer) { self.transfer = transfer }
    deinit { transfer.cancel() }
}
