/// Which way an order goes.
package enum Side: String, Codable, Sendable, CaseIterable {
    case buy, sell

    package var opposite: Side { self == .buy ? .sell : .buy }
}
