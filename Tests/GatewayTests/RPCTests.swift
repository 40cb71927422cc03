import Testing

@testable import Gateway

@Suite("JSON-RPC") struct RPCTests {
    private let rpc = RPC { name, parameters, key in
        switch name {
        case "echo": parameters.json
        case "key": "\"\(key ?? "none")\""
        case "nothing": throw Problem(404, "symbol_unknown", "there is no symbol X")
        case "broken": throw CancellationError()
        default: throw Problem(404, "unknown_path", "no")
        }
    }

    private func answer(_ text: String) async -> String? {
        await rpc.answer(Array(text.utf8))
    }

    /// The examples of the specification's section 7, and our own codes.
    @Test(
        "answers as the specification says",
        arguments: [
            (
                #"{"jsonrpc":"2.0","method":"echo","params":[1,2],"id":1}"#,
                #"{"jsonrpc":"2.0","id":1,"result":[1,2]}"#
            ),
            (
                #"{"jsonrpc":"2.0","method":"echo","params":{"a":1.5},"id":"x"}"#,
                #"{"jsonrpc":"2.0","id":"x","result":{"a":1.5}}"#
            ),
            (#"{"jsonrpc":"2.0","method":"echo","params":{}}"#, nil),
            (
                #"{"jsonrpc":"2.0","method":"key","params":{"key":"k"},"id":2}"#,
                #"{"jsonrpc":"2.0","id":2,"result":"k"}"#
            ),
            (
                #"{"jsonrpc":"2.0","method":"foobar","id":"1"}"#,
                #"{"error":{"code":-32601,"data":{"code":"unknown_path"},"message":"Method not found"},"id":"1","jsonrpc":"2.0"}"#
            ),
            (
                #"{"jsonrpc":"2.0","method":"foobar, "params":"bar","baz]"#,
                #"{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}"#
            ),
            (
                #"{"jsonrpc":"2.0","method":1,"params":"bar"}"#,
                #"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#
            ),
            (
                "[]",
                #"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#
            ),
            (
                "[1]",
                #"[{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}]"#
            ),
            (
                #"[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"echo","id":3}]"#,
                #"[{"jsonrpc":"2.0","id":3,"result":{}}]"#
            ),
            (#"[{"jsonrpc":"2.0","method":"echo"}]"#, nil),
            (
                #"{"jsonrpc":"2.0","method":"nothing","id":4}"#,
                #"{"error":{"code":-32005,"data":{"code":"symbol_unknown"},"message":"there is no symbol X"},"id":4,"jsonrpc":"2.0"}"#
            ),
            (
                #"{"jsonrpc":"2.0","method":"broken","id":5}"#,
                #"{"error":{"code":-32603,"message":"Internal error"},"id":5,"jsonrpc":"2.0"}"#
            ),
        ])
    func specification(message: String, wanted: String?) async {
        #expect(await answer(message) == wanted)
    }

    @Test("refuses batches beyond the limit")
    func batch() async {
        let call = #"{"jsonrpc":"2.0","method":"echo","id":1}"#
        let many = Array(repeating: call, count: RPC.batchLimit + 1).joined(separator: ",")
        #expect(await answer("[\(many)]")?.contains("-32600") == true)
    }

    @Test("cuts lines and framed messages out of any pieces", arguments: [1, 2, 7, 1000])
    func framing(piece: Int) {
        let text = "{\"a\":1}\r\n\nContent-Length: 7\r\nX: y\r\n\r\n{\"b\":2}{\"c\":3}\n"
        var framing = RPCFraming(limit: 100)
        var events: [RPCFraming.Event] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            events += framing.read(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        #expect(
            events == [
                .message(Array("{\"a\":1}\r".utf8), isFramed: false),
                .message(Array("{\"b\":2}".utf8), isFramed: true),
                .message(Array("{\"c\":3}".utf8), isFramed: false),
            ])
    }

    @Test("answers a line with a line, however the database broke it")
    func oneLine() {
        let answer = "[{\"a\":\"x\\ny\"}, \n {\"b\":1}]"
        #expect(
            RPCFraming.frame(answer, isFramed: false)
                == Array("[{\"a\":\"x\\ny\"},   {\"b\":1}]\n".utf8))
        #expect(
            RPCFraming.frame(answer, isFramed: true)
                == Array("Content-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8))
    }

    @Test(
        "gives up on what is too long or makes no sense",
        arguments: [
            String(repeating: "x", count: 200), "Content-Length: 101\r\n\r\n",
            "Content-Length: -1\r\n\r\n", "Content-Type: x\r\n\r\n{}",
            "C" + String(repeating: "x", count: 5000),
        ])
    func tooLarge(text: String) {
        var framing = RPCFraming(limit: 100)
        #expect(framing.read(Array(text.utf8)) == [.tooLarge])
    }
}
