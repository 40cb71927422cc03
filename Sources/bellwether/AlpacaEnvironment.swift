import Foundation
import Providers

/// The Alpaca account that the environment names: `ALPACA_API_KEY_ID` and `ALPACA_API_SECRET_KEY`, or
/// the files of `..._FILE`; paper unless `BELLWETHER_ALPACA_URL` says otherwise, and real money only
/// with `BELLWETHER_LIVE=yes-i-mean-it`.
enum AlpacaEnvironment {
    static let liveSwitch = "yes-i-mean-it"

    /// - Returns: nil without keys.
    /// - Throws: `ProgramError` that names the variable that is wrong, never its text.
    static func broker(
        _ variables: [String: String] = ProcessInfo.processInfo.environment,
        client: HTTPClient = HTTPClient()
    ) throws(ProgramError) -> AlpacaBroker? {
        let id = try ModelEnvironment.key("ALPACA_API_KEY_ID", variables)
        let secret = try ModelEnvironment.key("ALPACA_API_SECRET_KEY", variables)
        guard let id, let secret else {
            if id == nil, secret == nil { return nil }
            throw ProgramError(
                .configuration,
                "Alpaca needs both environment variables ALPACA_API_KEY_ID and ALPACA_API_SECRET_KEY"
            )
        }
        do {
            let endpoint = try AlpacaEndpoint(
                base: variables["BELLWETHER_ALPACA_URL"] ?? AlpacaEndpoint.paper, keyID: id,
                secret: secret, isLiveAllowed: variables["BELLWETHER_LIVE"] == liveSwitch)
            return AlpacaBroker(endpoint: endpoint, client: client)
        } catch {
            throw ProgramError(
                .configuration, error.description,
                hint: "Real money is traded with BELLWETHER_LIVE=\(liveSwitch) alone.")
        }
    }
}
