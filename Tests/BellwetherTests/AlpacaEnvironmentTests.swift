import Providers
import Testing

@testable import bellwether

@Suite("Alpaca of the environment") struct AlpacaEnvironmentTests {
    private let keys = ["ALPACA_API_KEY_ID": "SECRET", "ALPACA_API_SECRET_KEY": "SECRET"]

    @Test("without keys there is none; with both it is paper")
    func paper() throws {
        #expect(try AlpacaEnvironment.broker([:]) == nil)
        #expect(try AlpacaEnvironment.broker(keys) != nil)
    }

    @Test("real money needs the switch, word for word")
    func live() throws {
        var variables = keys
        variables["BELLWETHER_ALPACA_URL"] = AlpacaEndpoint.live
        for word in [nil, "", "yes", "true"] as [String?] {
            variables["BELLWETHER_LIVE"] = word
            let given = variables
            let error = #expect(throws: ProgramError.self) { try AlpacaEnvironment.broker(given) }
            #expect(error?.description.contains("SECRET") == false)
        }
        variables["BELLWETHER_LIVE"] = "yes-i-mean-it"
        #expect(try AlpacaEnvironment.broker(variables) != nil)
    }

    @Test("one key alone is a mistake")
    func half() {
        #expect(throws: ProgramError.self) {
            try AlpacaEnvironment.broker(["ALPACA_API_KEY_ID": "SECRET"])
        }
    }
}
