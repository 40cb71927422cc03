package import FoundationEssentials

// Integers, floating point numbers, decimals and booleans. The server says which type it wants and
// which it sends; a Swift number fits each numeric type that can hold its value exactly, floating
// point types rounded.

extension Bool: PostgresEncodable, PostgresDecodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .bool:
            bytes.append(self ? 1 : 0)
            return .binary
        case .text:
            try bytes.append(cString: self ? "true" : "false")
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Bool {
        guard type.kind == .bool else { throw .cannotDecode(Self.self, from: type) }
        let bytes = try bytes.required()
        guard bytes.count == 1 else { throw .malformed(type) }
        return bytes[0] != 0
    }
}

extension PostgresEncodable where Self: FixedWidthInteger {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .int2: bytes.append(bigEndian: try narrowed(Int16.self, type))
        case .int4: bytes.append(bigEndian: try narrowed(Int32.self, type))
        case .int8: bytes.append(bigEndian: try narrowed(Int64.self, type))
        case .oid: bytes.append(bigEndian: try narrowed(UInt32.self, type))
        case .float4: bytes.append(bigEndian: Float(self).bitPattern)
        case .float8: bytes.append(bigEndian: Double(self).bitPattern)
        case .numeric: try Numeric.append(String(self), to: &bytes)
        case .text:
            try bytes.append(cString: String(self))
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
        return .binary
    }

    private func narrowed<Integer: FixedWidthInteger>(
        _: Integer.Type, _ type: PostgresType
    ) throws(PostgresError) -> Integer {
        guard let value = Integer(exactly: self) else { throw .outOfRange(type) }
        return value
    }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Self {
        let bytes = try bytes.required()
        let value: Int64
        switch type.kind {
        case .int2: value = Int64(try bytes.integer(Int16.self, of: type))
        case .int4: value = Int64(try bytes.integer(Int32.self, of: type))
        case .int8: value = try bytes.integer(Int64.self, of: type)
        case .oid: value = Int64(try bytes.integer(UInt32.self, of: type))
        default: throw .cannotDecode(Self.self, from: type)
        }
        guard let result = Self(exactly: value) else {
            throw PostgresError(.decoding, "a value of \(type.name) does not fit \(Self.self)")
        }
        return result
    }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int16: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}
extension UInt32: PostgresEncodable, PostgresDecodable {}
/// A single byte is a small number; `[UInt8]` is `bytea`.
extension UInt8: PostgresEncodable, PostgresDecodable {}

extension PostgresEncodable where Self: BinaryFloatingPoint & LosslessStringConvertible {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .float4: bytes.append(bigEndian: Float(self).bitPattern)
        case .float8: bytes.append(bigEndian: Double(self).bitPattern)
        case .numeric: try Numeric.append(String(self), to: &bytes)
        case .text:
            try bytes.append(cString: String(self))
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
        return .binary
    }
}

extension PostgresDecodable where Self: BinaryFloatingPoint {
    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Self {
        let bytes = try bytes.required()
        switch type.kind {
        case .float4: return Self(Float(bitPattern: try bytes.integer(UInt32.self, of: type)))
        case .float8: return Self(Double(bitPattern: try bytes.integer(UInt64.self, of: type)))
        case .numeric:
            guard let value = Double(try Numeric.text(bytes)) else { throw .malformed(type) }
            return Self(value)
        case .int2, .int4, .int8: return Self(try Int64.decode(bytes, as: type))
        default: throw .cannotDecode(Self.self, from: type)
        }
    }
}

extension Double: PostgresEncodable, PostgresDecodable {}
extension Float: PostgresEncodable, PostgresDecodable {}

extension Decimal: PostgresEncodable, PostgresDecodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .numeric:
            try Numeric.append(description, to: &bytes)
            return .binary
        case .float4, .float8:
            // A money value rounded to a float is what a float8 column asks for.
            guard let value = Double(description) else { throw .outOfRange(type) }
            return try value.encode(as: type, into: &bytes)
        case .int2, .int4, .int8:
            guard let value = Int64(description) else { throw .outOfRange(type) }
            return try value.encode(as: type, into: &bytes)
        case .text:
            try bytes.append(cString: description)
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Decimal {
        let bytes = try bytes.required()
        switch type.kind {
        case .numeric:
            let text = try Numeric.text(bytes)
            // Foundation's Decimal holds 38 digits; more would be rounded without a word.
            guard Numeric.significantDigits(text) <= 38, let value = Decimal(string: text) else {
                throw PostgresError(
                    .decoding, "a numeric value has no exact Decimal of 38 digits",
                    hint: "Round it in SQL, or read it as String.")
            }
            return value
        case .int2, .int4, .int8: return Decimal(try Int64.decode(bytes, as: type))
        default: throw .cannotDecode(Self.self, from: type)
        }
    }
}
