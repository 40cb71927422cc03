internal import CPostgres

/// The bound values of one execution, encoded, in the arrangement that libpq wants.
struct Parameters {
    private var bytes: [UInt8] = []
    /// Offset of each value, -1 for NULL.
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var forms: [Int32] = []

    init(
        _ values: [any PostgresEncodable], types: [PostgresType]
    ) throws(PostgresError) {
        guard values.count == types.count else {
            throw PostgresError(
                .encoding, "the statement has \(types.count) parameters, \(values.count) are bound")
        }
        guard !values.isEmpty else { return }
        for (value, type) in zip(values, types) {
            let start = bytes.count
            let form = try value.encode(as: type, into: &bytes)
            offsets.append(form == .null ? -1 : start)
            lengths.append(Int32(clamping: bytes.count - start))
            forms.append(form == .binary ? 1 : 0)
        }
        // An empty value at the end still needs an address inside the buffer.
        bytes.append(0)
        guard bytes.count < Int32.max else {
            throw PostgresError(
                .encoding, "the bound values have more than 2 GB", sqlState: "54000",
                hint: "Send them in parts, or with COPY.")
        }
    }

    var count: Int32 { Int32(offsets.count) }

    /// Calls `body` with the addresses; they are valid during the call only.
    func withPointers<Result>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        guard !offsets.isEmpty else { return body(nil, nil, nil) }
        return bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress
            let addresses = offsets.map { offset in
                offset < 0
                    ? nil : base.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
            }
            return addresses.withUnsafeBufferPointer { addresses in
                lengths.withUnsafeBufferPointer { lengths in
                    forms.withUnsafeBufferPointer { forms in
                        body(addresses.baseAddress, lengths.baseAddress, forms.baseAddress)
                    }
                }
            }
        }
    }
}
