import Testing

@testable import Gateway

@Suite("Headers of a request")
struct HeadersTests {
    @Test("are found whatever the case of their letters", arguments: ["x-a", "X-A", "x-A"])
    func anyCase(sent: String) {
        var headers: Headers = ["Host": "h"]
        headers.append(sent, "1")
        #expect(headers["x-a"] == "1")
        #expect(headers["host"] == "h")
    }

    @Test("of several with one name the last counts, and a new value takes the place of all")
    func several() {
        var headers: Headers = ["X-A": "1", "x-a": "2"]
        #expect(headers["x-a"] == "2")
        headers["x-a"] = "3"
        #expect(headers["x-a"] == "3")
        headers["x-a"] = nil
        #expect(headers["x-a"] == nil)
    }

    @Test("only letters have another case", arguments: ["x@a", "xMa", "x-aa", "", "x\ra"])
    func others(sent: String) {
        let headers: Headers = [sent: "1"]
        #expect(headers["x-a"] == nil)
        #expect(headers["x`a"] == nil)
        #expect(headers["x-m"] == nil)
    }
}
