import Testing

@testable import Gateway

@Suite("The trace of a request")
struct TraceTests {
    @Test("is that of a W3C traceparent")
    func traceparent() {
        #expect(
            Service.traceID("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                == "4bf92f35-77b3-4da6-a3ce-929d0e0e4736")
    }

    @Test(
        "is a new one where the header says none",
        arguments: [
            nil, "", "00", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47\u{e9}6-00f067aa0ba902b7-01",
        ])
    func nothing(parent: String?) {
        #expect(Service.traceID(parent) == nil)
    }
}
