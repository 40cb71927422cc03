/// A Swift value that can be read from a column.
package protocol PostgresDecodable {
    /// Reads the binary form of `type`; `bytes` is nil for NULL.
    ///
    /// - Throws: `.decoding` if the column has another type, or NULL where there must be a value.
    static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Self
}

extension PostgresError {
    static func cannotDecode(_ swiftType: Any.Type, from type: PostgresType) -> PostgresError {
        PostgresError(.decoding, "\(type.name) cannot be read as Swift type \(swiftType)")
    }

    static func malformed(_ type: PostgresType) -> PostgresError {
        PostgresError(.decoding, "the server sent bytes that are no \(type.name)")
    }
}

extension UnsafeRawBufferPointer? {
    /// The bytes of a value that must not be NULL.
    func required() throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let self else {
            throw PostgresError(
                .decoding, "NULL where a value is required", hint: "Read the column as an optional."
            )
        }
        return self
    }
}

extension UnsafeRawBufferPointer {
    /// The integer in network byte order that fills the whole buffer.
    func integer<Integer: FixedWidthInteger>(
        _: Integer.Type, of type: PostgresType
    ) throws(PostgresError) -> Integer {
        guard count == MemoryLayout<Integer>.size else { throw .malformed(type) }
        return Integer(bigEndian: loadUnaligned(as: Integer.self))
    }

    /// The integer in network byte order at `offset`; the caller has checked the length.
    func integer<Integer: FixedWidthInteger>(_: Integer.Type, at offset: Int) -> Integer {
        Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    var text: String { String(decoding: self, as: UTF8.self) }

    func part(_ offset: Int, _ length: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[offset..<(offset + length)])
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Self {
        if bytes == nil { return .none }
        return try Wrapped.decode(bytes, as: type)
    }
}
