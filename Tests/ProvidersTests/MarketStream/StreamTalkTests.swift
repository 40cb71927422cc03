import Foundation
import Testing
import Trading

@testable import Providers

/// What vendors say, in texts of the shapes that their documents show.
@Suite("Streams of market data")
struct StreamTalkTests {
    private let bitcoin: VendorSymbol
    private let apple: VendorSymbol

    init() throws {
        bitcoin = VendorSymbol(try Symbol("BTC-USD"), name: "BTCUSDT", hasSessions: false)
        apple = VendorSymbol(try Symbol("AAPL"), name: "AAPL", hasSessions: true)
    }

    private func quote(_ told: [StreamTold]) throws -> VendorQuote {
        guard case .quote(let quote) = try #require(told.first) else {
            throw StreamTalkFailure(told: told)
        }
        return quote
    }

    private func bar(_ told: [StreamTold]) throws -> StreamBar {
        guard case .bar(let bar) = try #require(told.first) else {
            throw StreamTalkFailure(told: told)
        }
        return bar
    }

    private func code(_ told: [StreamTold]) -> MarketDataError.Code? {
        if case .refused(let error) = told.last { error.code } else { nil }
    }

    private struct StreamTalkFailure: Error { let told: [StreamTold] }

    // MARK: Binance

    @Test("Binance: prices and candles are told at two addresses")
    func addresses() throws {
        let stream = BinanceStream(endpoint: try StreamEndpoint(base: BinanceStream.base))
        let ether = VendorSymbol(try Symbol("ETH-USD"), name: "ETHUSDT", hasSessions: false)
        let channels = stream.channels([StreamWish(bitcoin, [.hour]), StreamWish(ether, [])])
        #expect(
            channels.map(\.url) == [
                "wss://fstream.binance.com/public/ws", "wss://fstream.binance.com/market/ws",
            ])
        #expect(
            channels.map(\.wishes) == [
                [StreamWish(bitcoin, []), StreamWish(ether, [])], [StreamWish(bitcoin, [.hour])],
            ])
        #expect(stream.channels([StreamWish(ether, [])]).count == 1, "no candles, one is enough")
        let many = try (0..<401).map { number in
            let name = "C\(number)USDT"
            return StreamWish(
                VendorSymbol(try Symbol("C\(number)-USD"), name: name, hasSessions: false),
                BarInterval.allCases)
        }
        for channel in stream.channels(many) {
            let greeting = try JSONValue(parsing: try #require(channel.talk.greeting.first))
            #expect(try #require(greeting["params"]?.array).count <= 1000)
        }
    }

    @Test("Binance: one request; best prices; candles when they are complete")
    func binance() throws {
        let wishes = [StreamWish(bitcoin, [.quarter, .day])]
        #expect(
            BinanceTalk(prices: wishes).greeting == [
                #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}"#
            ])
        var talk = BinanceTalk(candles: wishes)
        #expect(
            talk.greeting == [
                #"{"method":"SUBSCRIBE","params":["btcusdt@kline_15m","btcusdt@kline_1d"],"id":1}"#
            ])
        #expect(talk.hear(#"{"result":null,"id":1}"#) == [.live])
        let told = try quote(
            talk.hear(
                #"{"e":"bookTicker","u":4,"E":1568014460893,"T":1568014460891,"s":"BTCUSDT","#
                    + #""b":"25.35","B":"31.2","a":"25.36","A":"40.6"}"#))
        #expect(told.symbol.text == "BTC-USD" && told.bid == "25.35" && told.ask == "25.36")
        #expect(told.time == Date(timeIntervalSince1970: 1_568_014_460.891))
        func candle(_ isComplete: Bool) -> String {
            #"{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747000000,"#
                + #""T":1638747899999,"s":"BTCUSDT","i":"15m","o":"10","c":"20.5","h":"25","l":"9","#
                + #""v":"1000","x":\#(isComplete)}}"#
        }
        #expect(talk.hear(candle(false)).isEmpty)
        let bar = try bar(talk.hear(candle(true)))
        #expect(bar.symbol == bitcoin && bar.interval == .quarter)
        #expect(bar.row.time == Date(timeIntervalSince1970: 1_638_747_000))
        #expect(
            bar.row.content
                == .bar(BarTexts(open: "10", high: "25", low: "9", close: "20.5", volume: "1000")))
        #expect(
            code(talk.hear(#"{"error":{"code":2,"msg":"Invalid request"},"id":1}"#)) == .notOffered)
        #expect(talk.hear(#"{"e":"somethingNew"}"#).isEmpty, "new events are passed over")
    }

    // MARK: Bybit

    @Test("Bybit: what has changed is put together with what has not")
    func bybit() throws {
        var talk = BybitTalk([StreamWish(bitcoin, [.hour, .day])])
        #expect(
            talk.greeting == [
                #"{"op":"subscribe","args":["tickers.BTCUSDT","kline.60.BTCUSDT","#
                    + #""kline.D.BTCUSDT"],"req_id":"BTCUSDT"}"#
            ])
        #expect(talk.heartbeat?.every == .seconds(20))
        func ticker(_ type: String, _ data: String) -> [StreamTold] {
            talk.hear(
                #"{"topic":"tickers.BTCUSDT","type":"\#(type)","data":{"symbol":"BTCUSDT",\#(data)},"#
                    + #""cs":1,"ts":1673853746003}"#)
        }
        #expect(
            talk.hear(#"{"success":true,"ret_msg":"","req_id":"BTCUSDT","op":"subscribe"}"#)
                == [.live])
        #expect(talk.hear(#"{"success":true,"ret_msg":"pong","op":"ping"}"#).isEmpty)
        let first = try quote(
            ticker("snapshot", #""bid1Price":"1.5","ask1Price":"1.6","lastPrice":"1.55""#))
        #expect(first.bid == "1.5" && first.ask == "1.6" && first.last == "1.55")
        let next = try quote(ticker("delta", #""bid1Price":"1.52""#))
        #expect(next.bid == "1.52" && next.ask == "1.6" && next.last == "1.55")
        // After a snapshot nothing of before counts.
        let again = try quote(ticker("snapshot", #""lastPrice":"2""#))
        #expect(again.bid == nil && again.ask == nil && again.last == "2")
        let candles = talk.hear(
            #"{"topic":"kline.60.BTCUSDT","data":[{"start":1672324800000,"end":1672328399999,"#
                + #""interval":"60","open":"16","close":"17","high":"18","low":"15","volume":"2","#
                + #""turnover":"3","confirm":true,"timestamp":1672328399999},"#
                + #"{"start":1672328400000,"confirm":false}],"ts":1672324988882,"type":"snapshot"}"#
        )
        #expect(candles.count == 1)
        #expect(try bar(candles).interval == .hour)
    }

    @Test("Bybit: a symbol that is unknown refuses itself alone")
    func unknown() throws {
        let ether = VendorSymbol(try Symbol("ETH-USD"), name: "ETHUSDT", hasSessions: false)
        var talk = BybitTalk([StreamWish(bitcoin, []), StreamWish(ether, [])])
        #expect(talk.greeting.count == 2)
        let no =
            #"{"success":false,"ret_msg":"handler not found","req_id":"BTCUSDT","op":"subscribe"}"#
        #expect(talk.hear(no) == [.odd("it does not tell BTCUSDT: handler not found")])
        #expect(talk.hear(#"{"success":true,"req_id":"ETHUSDT","op":"subscribe"}"#) == [.live])
        var nobody = BybitTalk([StreamWish(bitcoin, [])])
        #expect(code(nobody.hear(no)) == .notOffered)
    }

    // MARK: Alpaca

    @Test("Alpaca: greeted, known, told; trades and quotes make one price")
    func alpaca() throws {
        let keyID = try #require(APIKey("id"))
        let secret = try #require(APIKey("shh"))
        var talk = AlpacaTalk(
            [StreamWish(apple, [.minute, .day])], keyID: keyID, secret: secret)
        #expect(talk.greeting.isEmpty)
        #expect(
            talk.hear(#"[{"T":"success","msg":"connected"}]"#)
                == [.say(#"{"action":"auth","key":"id","secret":"shh"}"#)])
        #expect(
            talk.hear(#"[{"T":"success","msg":"authenticated"}]"#) == [
                .say(
                    #"{"action":"subscribe","quotes":["AAPL"],"trades":["AAPL"],"bars":["AAPL"]}"#)
            ])
        #expect(
            talk.hear(#"[{"T":"subscription","trades":["AAPL"],"quotes":["AAPL"],"bars":[]}]"#)
                == [.live])
        let told = talk.hear(
            #"[{"T":"q","S":"AAPL","bp":126.5,"bs":1,"ap":126.6,"as":2,"#
                + #""t":"2021-02-22T15:51:45.335689322Z"},"#
                + #"{"T":"t","S":"AAPL","p":126.55,"s":1,"t":"2021-02-22T15:51:46.0Z"},"#
                + #"{"T":"b","S":"AAPL","o":126,"h":127,"l":125.5,"c":126.5,"v":10,"#
                + #""t":"2021-02-22T15:50:00Z"}]"#)
        #expect(told.count == 3)
        #expect(try quote(told).bid == "126.5")
        let last = try quote(Array(told[1...]))
        #expect(last.bid == "126.5" && last.ask == "126.6" && last.last == "126.55")
        let minute = try bar(Array(told[2...]))
        #expect(
            minute.interval == .minute && minute.row.time?.timeIntervalSince1970 == 1_614_009_000)
        // A side that nobody offers is 0.
        let half = try quote(talk.hear(#"[{"T":"q","S":"AAPL","bp":0,"ap":126.6,"t":"x"}]"#))
        #expect(half.bid == nil && half.ask == nil && half.last == "126.55" && half.time == nil)
    }

    @Test(
        "Alpaca: what its errors mean; none repeats a key",
        arguments: [
            (402, MarketDataError.Code.refused), (409, .refused), (405, .notOffered),
            (406, .throttled), (407, .timeout), (404, .timeout), (500, .server),
        ])
    func errors(number: Int, meaning: MarketDataError.Code) throws {
        let keyID = try #require(APIKey("id"))
        let secret = try #require(APIKey("shh"))
        var talk = AlpacaTalk([StreamWish(apple, [])], keyID: keyID, secret: secret)
        let told = talk.hear(#"[{"T":"error","code":\#(number),"msg":"not with shh"}]"#)
        #expect(code(told) == meaning)
        #expect(!"\(told)".contains("shh"))
    }

    @Test("Alpaca: shares and coins have a connection each")
    func channels() throws {
        let stream = AlpacaStream(
            endpoint: try StreamEndpoint(base: "wss://stream.data.alpaca.markets/"),
            keyID: try #require(APIKey("id")), secret: try #require(APIKey("shh")), feed: "sip")
        let channels = stream.channels([StreamWish(apple, []), StreamWish(bitcoin, [])])
        #expect(
            channels.map(\.url) == [
                "wss://stream.data.alpaca.markets/v2/sip",
                "wss://stream.data.alpaca.markets/v1beta3/crypto/us",
            ])
        #expect(stream.tells(.minute, hasSessions: true) && !stream.tells(.day, hasSessions: true))
    }

    @Test(
        "what cannot be read is passed over, not believed",
        arguments: [
            "", "[", "7", "{}", #"{"topic":7}"#, #"{"e":"kline"}"#,
            #"{"topic":"kline.60.BTCUSDT"}"#,
            #"{"topic":"tickers.BTCUSDT"}"#, #"[{}]"#,
        ])
    func odd(text: String) throws {
        let keyID = try #require(APIKey("id"))
        var talks: [any StreamTalk] = [
            BinanceTalk(candles: [StreamWish(bitcoin, [.hour])]),
            BybitTalk([StreamWish(bitcoin, [.hour])]),
            AlpacaTalk([StreamWish(apple, [.minute])], keyID: keyID, secret: keyID),
        ]
        for place in talks.indices {
            for told in talks[place].hear(text) {
                guard case .odd = told else { throw StreamTalkFailure(told: [told]) }
            }
        }
    }

    @Test("keys travel over TLS only", arguments: ["http://x", "stream.x", "ws://example.com"])
    func endpoints(base: String) {
        #expect(throws: MarketEndpoint.Refusal.self) { try StreamEndpoint(base: base) }
    }
}
