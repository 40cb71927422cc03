import Support
import Testing

/// The fakes must be like the vendors: their own Python clients say whether they are.
@Suite("Fake vendors", .vendorClients, .timeLimit(.minutes(3)))
struct FakeModelTests {
    @Test(
        "the vendor's own client takes the fake for real",
        arguments: ["anthropic", "openai", "gemini"])
    func vendorClient(vendor: String) throws {
        try VendorClients.check("check_models.py", vendor)
    }
}
