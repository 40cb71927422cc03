import Foundation
import Postgres
import Providers
import Store
import Trading

/// Listens to the broker that tells when something became of an order, and has the order's account
/// asked at once instead of at its next poll.
///
/// The polls go on: while nobody tells, an order's end is known two seconds later.
struct TradeUpdates: Sendable {
    let updates: AlpacaTradeUpdates
    let pool: Pool
    let log: Log
    var limits = WebSocketLimits()
    var backoff = StreamBackoff()

    /// Until it is cancelled, which is no failure: the worker was told to stop.
    func run() async throws {
        do {
            try await backoff.keep(listen) { problem, wait in
                log.warning("the trade updates of \(problem.description); again in \(wait)")
            }
        } catch is CancellationError {
        } catch let error as PostgresError where error.code == .cancelled {}
    }

    /// Listens until the connection ends, and says why it did.
    private func listen() async throws -> MarketDataError {
        do {
            let socket = try await WebSocket.open(updates.url, limits: limits)
            defer { socket.close() }
            socket.send(updates.greeting)
            while let message = try await socket.next() {
                switch updates.meaning(of: message.string) {
                case .say(let text): socket.send(text)
                case .live: log.info("alpaca tells of trades")
                case .order(let id): try await ask(id)
                case .odd(let what): log.warning("alpaca: \(what)")
                case .refused:
                    return MarketDataError(.refused, "alpaca", "the keys are not accepted")
                }
            }
            throw CancellationError()
        } catch let error as WebSocketError {
            if error.code == .cancelled { throw CancellationError() }
            return MarketDataError(.cut, "alpaca", error.description)
        }
    }

    private func ask(_ clientOrderID: String) async throws {
        // Somebody else's orders of the same account are found when books are compared.
        guard let tenant = ClientOrderID.tenant(of: clientOrderID) else { return }
        do {
            _ = try await pool.transaction(for: tenant) { connection in
                try await Trade.brokerTold(clientOrderID, on: connection)
            }
        } catch let error as PostgresError where error.code != .cancelled {
            log.error("an order is asked about at the next poll: \(error.description)")
        }
    }
}
