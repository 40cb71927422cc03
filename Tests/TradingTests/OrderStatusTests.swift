import Testing
import Trading

@Suite("Order status") struct OrderStatusTests {
    /// Every status against every event, in the columns' order; `-` is a contradiction.
    private static let table = """
                   sending    accepted rejected unknown part    full    canceled expired
        refused    -          -        -        -       -       -       -        -
        ready      submitting -        -        -       -       -       canceled expired
        submitting -          acked    rejected unknown partial filled  canceled -
        unknown    unknown    acked    rejected unknown partial filled  canceled expired
        acked      -          acked    rejected acked   partial filled  canceled expired
        partial    -          partial  -        partial partial filled  canceled expired
        filled     -          filled   filled   filled  filled  filled  filled   filled
        canceled   -          canceled canceled canceled canceled canceled canceled canceled
        rejected   -          rejected rejected rejected rejected rejected rejected rejected
        expired    -          expired  expired  expired expired expired expired  expired
        """

    private static let events: [OrderEvent] = [
        .sending, .accepted, .rejected, .outcomeUnknown, .filled(isComplete: false),
        .filled(isComplete: true), .canceled, .expired,
    ]

    static let cases: [(OrderStatus, OrderEvent, OrderStatus?)] = table.split(separator: "\n")
        .dropFirst().flatMap { line in
            let words = line.split(separator: " ").map(String.init)
            return zip(events, words.dropFirst()).map { event, word in
                (OrderStatus(rawValue: words[0])!, event, OrderStatus(rawValue: word))
            }
        }

    @Test("the table is whole")
    func whole() {
        #expect(Self.cases.count == OrderStatus.allCases.count * Self.events.count)
        #expect(Set(Self.cases.map(\.0)) == Set(OrderStatus.allCases))
    }

    @Test("follows the table", arguments: cases)
    func follows(status: OrderStatus, event: OrderEvent, expected: OrderStatus?) {
        #expect(status.after(event) == expected)
    }

    @Test("a terminal status never goes back", arguments: OrderStatus.allCases.filter(\.isTerminal))
    func terminal(status: OrderStatus) {
        for event in Self.events {
            if let next = status.after(event) { #expect(next == status) }
        }
    }

    @Test("from each living status every end at the broker can be reached")
    func reachable() {
        for status in OrderStatus.allCases where status.isAtBroker {
            #expect(status.after(.filled(isComplete: true)) == .filled)
            #expect(status.after(.canceled) == .canceled)
        }
    }
}
