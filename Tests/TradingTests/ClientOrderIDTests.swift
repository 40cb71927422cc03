import Testing
import Trading

@Suite("Client order ids") struct ClientOrderIDTests {
    @Test(
        "the tenant is the second part of one of ours",
        arguments: [
            ("bw-7-12-1", 7), ("bw-1-exit-3-0", 1), ("bw-2-b-9-loss", 2),
            ("bw-3-0d9f1f4a-5c7e", 3),
        ] as [(String, Int32)])
    func ours(id: String, tenant: Int32) {
        #expect(ClientOrderID.tenant(of: id) == tenant)
    }

    @Test(
        "another's order has no tenant",
        arguments: [
            "", "bw", "bw-7", "bw--1-2", "bw-x-1", "xx-7-12-1", "by hand", "bw-99999999999-1",
        ])
    func others(id: String) { #expect(ClientOrderID.tenant(of: id) == nil) }
}
