import Support
import Testing

/// The fakes must be like the vendors, when asked and when listened to: their own Python clients
/// say whether they are.
@Suite("Fake vendors of market data", .vendorClients, .timeLimit(.minutes(2)))
struct FakeMarketTests {
    @Test(
        "the vendor's own client takes the fakes for real",
        arguments: [
            "alpaca", "binance", "bybit", "yahoo",
        ])
    func vendorClient(vendor: String) throws { try VendorClients.check("check_market.py", vendor) }
}
