import Foundation
import Providers

/// The vendors of market data that the environment allows.
///
/// Binance, Bybit and Yahoo need no key; Alpaca counts when `ALPACA_API_KEY_ID` and
/// `ALPACA_API_SECRET_KEY` are set. `BELLWETHER_{ALPACA_DATA,BINANCE,BYBIT,YAHOO}_URL` name another
/// address, `BELLWETHER_ALPACA_FEED=sip` another source of Alpaca's.
enum MarketEnvironment {
    /// - Throws: `ProgramError` that names the variable that is wrong, never its text.
    static func vendors(
        _ variables: [String: String], client: HTTPClient = HTTPClient()
    ) throws(ProgramError) -> [String: any MarketData] {
        var vendors: [any MarketData] = [
            BinanceMarketData(
                endpoint: try endpoint("BINANCE", BinanceMarketData.base, variables),
                client: client),
            BybitMarketData(
                endpoint: try endpoint("BYBIT", BybitMarketData.base, variables), client: client),
            YahooMarketData(
                endpoint: try endpoint("YAHOO", YahooMarketData.base, variables), client: client),
        ]
        if let id = try ModelEnvironment.key("ALPACA_API_KEY_ID", variables),
            let secret = try ModelEnvironment.key("ALPACA_API_SECRET_KEY", variables)
        {
            let feed = variables["BELLWETHER_ALPACA_FEED"] ?? "iex"
            guard ["iex", "sip"].contains(feed) else {
                throw ProgramError(
                    .configuration,
                    "the environment variable BELLWETHER_ALPACA_FEED must be iex or sip")
            }
            vendors.append(
                AlpacaMarketData(
                    endpoint: try endpoint("ALPACA_DATA", AlpacaMarketData.base, variables),
                    keyID: id, secret: secret, feed: feed, client: client))
        }
        return Dictionary(uniqueKeysWithValues: vendors.map { ($0.provider, $0) })
    }

    /// The vendors that tell prices as they come. `BELLWETHER_{ALPACA,BINANCE,BYBIT}_STREAM_URL` name
    /// another address; a vendor that is asked at another address than its own has no stream without.
    static func streams(
        _ variables: [String: String]
    ) throws(ProgramError) -> [String: any MarketStream] {
        var streams: [any MarketStream] = []
        if let endpoint = try stream("BINANCE", "BINANCE", BinanceStream.base, variables) {
            streams.append(BinanceStream(endpoint: endpoint))
        }
        if let endpoint = try stream("BYBIT", "BYBIT", BybitStream.base, variables) {
            streams.append(BybitStream(endpoint: endpoint))
        }
        if let id = try ModelEnvironment.key("ALPACA_API_KEY_ID", variables),
            let secret = try ModelEnvironment.key("ALPACA_API_SECRET_KEY", variables),
            let endpoint = try stream("ALPACA", "ALPACA_DATA", AlpacaStream.base, variables)
        {
            streams.append(
                AlpacaStream(
                    endpoint: endpoint, keyID: id, secret: secret,
                    feed: variables["BELLWETHER_ALPACA_FEED"] ?? "iex"))
        }
        return Dictionary(uniqueKeysWithValues: streams.map { ($0.provider, $0) })
    }

    private static func stream(
        _ word: String, _ asked: String, _ usual: String, _ variables: [String: String]
    ) throws(ProgramError) -> StreamEndpoint? {
        let name = "BELLWETHER_\(word)_STREAM_URL"
        guard variables[name] != nil || variables["BELLWETHER_\(asked)_URL"] == nil else {
            return nil
        }
        do {
            return try StreamEndpoint(base: variables[name] ?? usual)
        } catch {
            let wish =
                switch error {
                case .address: "an address that begins with wss://"
                case .plain(let origin): "wss, for \(origin) is not this machine"
                }
            throw ProgramError(.configuration, "the environment variable \(name) must be \(wish)")
        }
    }

    private static func endpoint(
        _ word: String, _ usual: String, _ variables: [String: String]
    ) throws(ProgramError) -> MarketEndpoint {
        let name = "BELLWETHER_\(word)_URL"
        do {
            return try MarketEndpoint(base: variables[name] ?? usual)
        } catch {
            throw ProgramError(
                .configuration, "the environment variable \(name) must be \(error.description)")
        }
    }
}
