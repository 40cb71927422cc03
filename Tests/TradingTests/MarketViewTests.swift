import Foundation
import Testing
import Trading

@Suite("Market view") struct MarketViewTests {
    /// As `agent.market_view` writes it.
    private static let json = """
        {"symbol": "AAPL", "as_of": "2018-02-05T23:59:59.999999+00:00", "snapshot_id": 4711,
         "close": 39.1225, "atr_fraction": 0.021, "missing": null,
         "snapshot": {"ts": "2018-02-05T00:00:00+00:00", "rsi_14": 31.5, "ema_200_distance": null,
                      "split_suspected": false, "regime": "down stressed"},
         "patterns": {"horizon5": {"n": 50, "effective_n": 21.5, "mean": 0.004, "median": 0.006,
                      "p05": -0.07, "p95": 0.06, "win_rate": 0.58, "base_win_rate": 0.55,
                      "verdict": "ok"},
                      "horizon20": {"n": 7, "effective_n": 3, "mean": null, "median": null,
                      "p05": null, "p95": null, "win_rate": null, "base_win_rate": null,
                      "verdict": "not enough history"}},
         "neighbours": [{"snapshot_id": 12, "symbol": "^GSPC", "ts": "2015-08-24T00:00:00+00:00",
                      "similarity": 0.97, "forward_return": 0.031}],
         "position": {"quantity": 12.5, "average_cost": 41.10, "unrealised": -24.72},
         "account": {"account_id": 1, "equity": 100000.01, "cash": 99500}}
        """

    private func decode(_ text: String) throws -> MarketView {
        try JSONDecoder().decode(MarketView.self, from: Data(text.utf8))
    }

    @Test("reads what the database writes")
    func decodes() throws {
        let view = try decode(Self.json)
        #expect(view.symbol.text == "AAPL")
        #expect(view.asOf == AsOf("2018-02-05"))
        #expect(view.snapshot.number("rsi_14") == 31.5)
        #expect(view.snapshot.number("ema_200_distance") == nil)
        #expect(view.snapshot.flag("split_suspected") == false)
        #expect(view.snapshot.text("regime") == "down stressed")
        #expect(view.patterns[5]?.winRate == 0.58)
        #expect(view.patterns[20]?.verdict == .notEnoughHistory)
        #expect(view.neighbours.first?.time == Timestamp.parse("2015-08-24"))
        #expect(view.held == Quantity("12.5"))
        #expect(view.account?.equity == Money("100000.01"))
    }

    @Test("is the same after a journey through JSON")
    func roundTrip() throws {
        let view = try decode(Self.json)
        let text = String(decoding: try JSONEncoder().encode(view), as: UTF8.self)
        #expect(try decode(text) == view)
    }

    @Test("a symbol without a snapshot says why")
    func missing() throws {
        let view = try decode(
            #"{"symbol": "XOM", "as_of": "2018-02-05", "missing": "no bars", "patterns": null}"#)
        #expect(view.missing == "no bars")
        #expect(view.held == 0)
    }

    @Test(
        "refuses what cannot be meant",
        arguments: [
            #"{"symbol": "xom", "as_of": "2018-02-05"}"#, #"{"symbol": "XOM", "as_of": "soon"}"#,
            #"{"symbol": "XOM"}"#,
            #"{"symbol": "XOM", "as_of": "2018-02-05", "patterns": {"week": {"n": 1, "effective_n": 1, "verdict": "ok"}}}"#,
        ])
    func malformed(text: String) {
        #expect(throws: DecodingError.self) { try decode(text) }
    }

    @Test("the evidence names the rows and the period")
    func evidence() throws {
        let evidence = Evidence(try decode(Self.json))
        #expect(evidence.snapshotID == 4711)
        #expect(evidence.neighbourIDs == [12])
        #expect(evidence.from == "2015-08-24")
        #expect(evidence.counts == ["horizon5": 50, "horizon20": 7])
    }
}
