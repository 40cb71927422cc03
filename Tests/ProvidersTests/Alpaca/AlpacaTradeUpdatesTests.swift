import Testing

@testable import Providers

@Suite("Alpaca's trade updates") struct AlpacaTradeUpdatesTests {
    private func updates(_ base: String = AlpacaEndpoint.paper) throws -> AlpacaTradeUpdates {
        AlpacaTradeUpdates(
            try AlpacaEndpoint(
                base: base, keyID: try #require(APIKey("k")), secret: try #require(APIKey("s"))))
    }

    @Test(
        "it is told where orders are sent to, by TLS",
        arguments: [
            (AlpacaEndpoint.paper, "wss://paper-api.alpaca.markets/stream"),
            ("http://127.0.0.1:1", "ws://127.0.0.1:1/stream"),
        ])
    func place(base: String, url: String) throws { #expect(try updates(base).url == url) }

    @Test("who is accepted says what to listen to")
    func login() throws {
        let updates = try updates()
        #expect(updates.greeting == #"{"action":"auth","key":"k","secret":"s"}"#)
        let accepted = updates.meaning(
            of:
                #"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#
        )
        #expect(
            accepted == .say(#"{"action":"listen","data":{"streams":["trade_updates"]}}"#))
        #expect(
            updates.meaning(of: #"{"stream":"listening","data":{"streams":["trade_updates"]}}"#)
                == .live)
    }

    @Test(
        "who is not accepted is told nothing",
        arguments: [
            #"{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate"}}"#,
            #"{"stream":"listening","data":{"streams":[]}}"#,
        ])
    func refused(text: String) throws { #expect(try updates().meaning(of: text) == .refused) }

    @Test("an update is about an order", arguments: ["new", "fill", "partial_fill", "rejected"])
    func order(event: String) throws {
        let text =
            #"{"stream":"trade_updates","data":{"event":"\#(event)","execution_id":"e","qty":"1","#
            + #""order":{"id":"o","client_order_id":"bw-1-2-3","status":"filled"}}}"#
        #expect(try updates().meaning(of: text) == .order("bw-1-2-3"))
    }

    @Test(
        "what nobody documents is odd, not an end",
        arguments: [
            "", "nonsense", "[]", "{}", #"{"stream":"account_updates"}"#,
            #"{"stream":"trade_updates","data":{"event":"fill"}}"#,
        ])
    func odd(text: String) throws {
        guard case .odd = try updates().meaning(of: text) else {
            Issue.record("it is not passed over: \(text)")
            return
        }
    }
}
