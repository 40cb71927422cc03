import Foundation
import Providers
import Testing
import Trading

@Suite("Broker submission") struct BrokerSubmissionTests {
    private func order(
        _ status: OrderStatus, reasonCode: String? = nil, reason: String? = nil
    ) throws -> Order {
        Order(
            id: 9, accountID: 1, clientOrderID: "bw-1-9-0", symbol: try Symbol("AAPL"), side: .buy,
            quantity: 10, status: status, placedAt: Date(timeIntervalSince1970: 0),
            reasonCode: reasonCode, reason: reason)
    }

    private let standing = BrokerOrder(brokerOrderID: "b-1", status: .accepted)

    @Test("what never left is sent; what may have left is asked for first")
    func start() throws {
        #expect(BrokerSubmission(try order(.submitting)).start() == .send)
        #expect(BrokerSubmission(try order(.unknown)).start() == .ask)
    }

    @Test("clear answers conclude")
    func answers() throws {
        var submission = BrokerSubmission(try order(.submitting))
        #expect(
            submission.answered(.accepted(brokerOrderID: "b-1"))
                == .conclude(.accepted(brokerOrderID: "b-1")))
        #expect(
            submission.answered(.rejected(reason: "no margin"))
                == .conclude(.rejected(reason: "no margin")))
        #expect(submission.found(standing) == .conclude(.accepted(brokerOrderID: "b-1")))
        let rejected = BrokerOrder(brokerOrderID: "b-1", status: .rejected, reason: "no margin")
        #expect(submission.found(rejected) == .conclude(.rejected(reason: "no margin")))
    }

    @Test("a duplicate is our own earlier order: it is asked for")
    func duplicate() throws {
        var submission = BrokerSubmission(try order(.submitting))
        #expect(submission.answered(.duplicate) == .ask)
        #expect(submission.found(standing) == .conclude(.accepted(brokerOrderID: "b-1")))
        guard case .conclude(.unknown) = submission.found(nil) else {
            Issue.record("a duplicate that is not known must not be sent again at once")
            return
        }
    }

    @Test("an order that never arrived is sent again")
    func notFound() throws {
        #expect(BrokerSubmission(try order(.unknown)).found(nil) == .send)
    }

    @Test("while trading is halted an order that never arrived is given up, one that did is kept")
    func halted() throws {
        let halted = try order(
            .unknown, reasonCode: BrokerSubmission.haltedCode, reason: "feed looks wrong")
        let submission = BrokerSubmission(halted)
        #expect(submission.start() == .ask)
        #expect(submission.found(nil) == .conclude(.unsent(reason: "feed looks wrong")))
        #expect(submission.found(standing) == .conclude(.accepted(brokerOrderID: "b-1")))
    }

    @Test("no clear answer is unknown, whatever was asked")
    func unknown() throws {
        let error = BrokerError(broker: "paper", "time-out")
        #expect(
            BrokerSubmission(try order(.submitting)).failed(error)
                == .conclude(.unknown(reason: "broker paper: time-out")))
    }
}
