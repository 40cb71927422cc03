import Testing
import Trading

@testable import Agents

@Suite("Rules: signal") struct RulesSignalTests {
    private let analyst = RulesAnalyst()

    @Test("buys what rises and was followed by gains, with the numbers in words")
    func buys() async throws {
        let signal = try await analyst.signal(from: try Views.view())
        #expect(signal.action == .buy)
        #expect(signal.confidence.value > 0.5)
        for part in [
            "+2.0 % against ema 20", "rsi 62",
            "50 similar snapshots (the nearest from 2015-08-24 to 2015-08-24) rose in 66.0 %",
        ] {
            #expect(signal.reason.contains(part), "\(signal.reason)")
        }
        #expect(signal.evidence.neighbourIDs == [12])
        #expect(signal.evidence.counts["horizon5"] == 50)
    }

    @Test("holds what is ambiguous, is against memory, or cannot be judged")
    func holds() async throws {
        let mixed: [String: Double?] = [
            SnapshotField.ema20Distance: -0.01, SnapshotField.return20: -0.01,
            SnapshotField.macdHistogram: -0.001,
        ]
        let table: [(MarketView, String)] = [
            (try Views.view("AAPL", mixed, patterns: [5: Views.alike(0.55)]), "ambiguous"),
            (try Views.view(patterns: Views.bad), "ambiguous"),
            (try Views.view("AAPL", Views.falling), "nothing is held to sell"),
            (
                try Views.view("AAPL", [SnapshotField.macdHistogram: nil]),
                "not enough bars"
            ),
            (try Views.view(atr: nil), "no range"),
            (try Views.view(equity: 300), "too small"),
            (try Views.view(held: 10), "kept"),
            (try Views.view(held: -10), "short position"),
        ]
        for (view, words) in table {
            let signal = try await analyst.signal(from: view)
            #expect(signal.action == .hold)
            #expect(signal.quantity == 0)
            #expect(signal.reason.contains(words), "\(signal.reason)")
        }
    }

    @Test("no buy when memory alone speaks loudly against it")
    func worstMemory() async throws {
        var rules = Rules()
        rules.memoryWeight = 0.05
        let signal = try await RulesAnalyst(rules: rules).signal(
            from: try Views.view(patterns: Views.bad))
        #expect(signal.action == .hold)
        #expect(signal.reason.hasPrefix("memory speaks against it"))
    }

    @Test("not enough history is no lesson: the same score with good and bad luck, half the size")
    func noMemory() async throws {
        let lucky = try await analyst.signal(from: try Views.view(patterns: Views.unknown))
        let empty = try await analyst.signal(from: try Views.view(patterns: [:]))
        #expect(lucky.action == .buy)
        #expect(lucky.confidence == empty.confidence)
        #expect(lucky.reason.contains("no memory (not enough history)"))
        #expect(!lucky.reason.contains("100.0 %"))
        let known = try await analyst.signal(from: try Views.view())
        #expect(lucky.quantity == known.quantity.times(0.5).truncated(places: 0))
    }

    @Test(
        "the size risks half a percent of equity at two ranges, at most 19 % of equity",
        arguments: [
            // atr, price, equity, quantity
            (0.02, 100.0, Money(100_000), "125"), (0.05, 100, 100_000, "50"),
            (0.002, 100, 100_000, "190"), (0.02, 39.1225, 100_000, "319"),
        ])
    func size(atr: Double, close: Double, equity: Money, expected: String) async throws {
        let signal = try await analyst.signal(
            from: try Views.view(close: close, atr: atr, equity: equity))
        #expect(signal.quantity == Quantity(expected))
        #expect(signal.stopDistance == Fraction(2 * atr))
    }

    @Test("coins come in ten-thousandths")
    func coins() async throws {
        let signal = try await analyst.signal(
            from: try Views.view("BTC-USD", close: 9_000, atr: 0.08))
        #expect(signal.quantity == Quantity("0.3472"))
    }

    @Test("sells a position below its stop, even without indicators")
    func stop() async throws {
        for changes in [[:], [SnapshotField.macdHistogram: nil]] as [[String: Double?]] {
            let signal = try await analyst.signal(
                from: try Views.view("AAPL", changes, close: 95, atr: 0.02, held: 30, cost: 100))
            #expect(signal.action == .sell)
            #expect(signal.quantity == 30)
            #expect(signal.confidence == 1.0)
            #expect(signal.reason.contains("below the stop 96.20"))
        }
    }

    @Test("keeps a position just above its stop")
    func aboveStop() async throws {
        let signal = try await analyst.signal(
            from: try Views.view(close: 96.5, atr: 0.02, held: 30, cost: 100))
        #expect(signal.action == .hold)
    }

    @Test("sells a position whose signal has turned")
    func reversal() async throws {
        let signal = try await analyst.signal(
            from: try Views.view("AAPL", Views.falling, patterns: Views.bad, held: 30, cost: 90))
        #expect(signal.action == .sell)
        #expect(signal.quantity == 30)
        #expect(signal.reason.hasPrefix("it has turned"))
    }

    @Test(
        "an rsi beyond 70 or 30 weighs against the move",
        arguments: [(85.0, -0.5), (50, 0), (15, 0.5)])
    func stretch(rsi: Double, score: Double) throws {
        let view = try Views.view("AAPL", [SnapshotField.rsi14: rsi])
        #expect(analyst.stretch(view)?.score == score)
    }
}
