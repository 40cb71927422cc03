// Arrays of one dimension, bytes and vectors. Which one a Swift array becomes is the server's
// word: `[UInt8]` for bytea is bytes, `[Float]` for the extension's vector is a vector.

extension Array: PostgresEncodable where Element: PostgresEncodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .array(let element):
            try encodeElements(as: element, into: &bytes)
        case .bytea:
            guard let raw = self as? [UInt8] else { throw .cannotEncode(Self.self, as: type) }
            bytes.append(contentsOf: raw)
        case .vector:
            guard let floats = self as? [Float] else { throw .cannotEncode(Self.self, as: type) }
            try Vector.append(floats, to: &bytes)
        default: throw .cannotEncode(Self.self, as: type)
        }
        return .binary
    }

    /// Dimensions, has-null flag, element type, length, lower bound, then length and bytes of each
    /// element, -1 for NULL (PostgreSQL source, arrayfuncs.c, array_send).
    private func encodeElements(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) {
        bytes.append(bigEndian: Int32(isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(1))
        bytes.append(bigEndian: type.oid)
        if isEmpty { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
        for element in self {
            let lengthAt = bytes.count
            bytes.append(bigEndian: Int32(-1))
            switch try element.encode(as: type, into: &bytes) {
            case .null: continue
            case .binary: break
            case .text:
                // The elements of a binary array are binary: right where text and binary agree.
                bytes.removeLast()
                switch type.kind {
                case .text, .json: break
                case .jsonb: bytes.insert(1, at: lengthAt + 4)
                default: throw .cannotEncode(Element.self, as: type)
                }
            }
            let length = Int32(bytes.count - lengthAt - 4)
            Swift.withUnsafeBytes(of: length.bigEndian) { length in
                for index in 0..<4 { bytes[lengthAt + index] = length[index] }
            }
        }
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> [Element] {
        let bytes = try bytes.required()
        switch type.kind {
        case .array(let element): return try decodeElements(bytes, as: element)
        case .bytea:
            guard let raw = [UInt8](bytes) as? Self else {
                throw .cannotDecode(Self.self, from: type)
            }
            return raw
        case .vector:
            guard let floats = try Vector.decode(bytes, as: type) as? Self else {
                throw .cannotDecode(Self.self, from: type)
            }
            return floats
        default: throw .cannotDecode(Self.self, from: type)
        }
    }

    private static func decodeElements(
        _ bytes: UnsafeRawBufferPointer, as type: PostgresType
    ) throws(PostgresError) -> [Element] {
        guard bytes.count >= 12 else { throw .malformed(type) }
        let dimensions = bytes.integer(Int32.self, at: 0)
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else {
            throw PostgresError(.decoding, "an array of \(dimensions) dimensions cannot be read")
        }
        let count = Int(bytes.integer(Int32.self, at: 12))
        var result: [Element] = []
        result.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { throw .malformed(type) }
            let length = Int(bytes.integer(Int32.self, at: offset))
            offset += 4
            if length < 0 {
                result.append(try Element.decode(nil, as: type))
                continue
            }
            guard offset + length <= bytes.count else { throw .malformed(type) }
            result.append(try Element.decode(bytes.part(offset, length), as: type))
            offset += length
        }
        return result
    }
}

/// The binary form of the extension's vector: dimensions and zero, 16 bits each, then float4s.
enum Vector {
    static let maximumDimensions = 16_000

    static func append(_ floats: [Float], to bytes: inout [UInt8]) throws(PostgresError) {
        guard floats.count <= maximumDimensions else {
            throw PostgresError(
                .encoding, "vector cannot have more than \(maximumDimensions) dimensions",
                sqlState: "54000")
        }
        bytes.reserveCapacity(bytes.count + 4 + 4 * floats.count)
        bytes.append(bigEndian: Int16(floats.count))
        bytes.append(bigEndian: Int16(0))
        for float in floats { bytes.append(bigEndian: float.bitPattern) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, as type: PostgresType
    ) throws(PostgresError) -> [Float] {
        guard bytes.count >= 4 else { throw .malformed(type) }
        let count = Int(bytes.integer(Int16.self, at: 0))
        guard count >= 0, bytes.count == 4 + 4 * count else { throw .malformed(type) }
        return (0..<count).map { index in
            Float(bitPattern: bytes.integer(UInt32.self, at: 4 + 4 * index))
        }
    }
}
