import Testing

@testable import bellwether

@Suite("Addresses to listen on")
struct NetworkAddressTests {
    @Test(
        "are numeric; loopback is known however it is written",
        arguments: [
            ("127.0.0.1", true), ("127.8.0.9", true), ("::1", true), ("0:0:0:0:0:0:0:1", true),
            ("0.0.0.0", false), ("192.0.2.7", false), ("::", false), ("2001:db8::1", false),
            ("12.7.0.1", false), ("::ffff:0:1", false),
        ])
    func loopback(text: String, isLoopback: Bool) throws {
        let address = try #require(NetworkAddress(argument: text))
        #expect(address.isLoopback == isLoopback)
        #expect(address.description == text)
    }

    @Test(
        "names and other texts are none",
        arguments: ["", "foo", "localhost", "127.1", "127.0.0.1.example", "1.2.3.256", "::1%lo"])
    func nonsense(text: String) {
        #expect(NetworkAddress(argument: text) == nil)
    }
}
