internal import CHTTPServer

/// Writes the body of an answer bit by bit.
package struct BodyWriter: Sendable {
    /// The server's stream. Its functions may be called from any thread.
    struct Pointer: @unchecked Sendable {
        let raw: OpaquePointer
    }

    let pointer: Pointer

    /// False once the client is gone, or was too slow to take what was written before.
    package func write(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            HTTPStreamWrite(pointer.raw, bytes.baseAddress, bytes.count)
        }
    }
}
