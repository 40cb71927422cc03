package import FoundationEssentials

// Text, UUID, JSON and bytes.

extension String: PostgresEncodable, PostgresDecodable {
    /// Any type takes its text form, as a quoted literal would.
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        try bytes.append(cString: self)
        return .text
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> String {
        let bytes = try bytes.required()
        switch type.kind {
        case .text, .json: return bytes.text
        case .jsonb: return try JSON.decode(bytes, as: type).text
        case .numeric: return try Numeric.text(bytes)
        case .int2, .int4, .int8, .oid: return String(try Int64.decode(bytes, as: type))
        case .uuid: return try UUID.decode(bytes, as: type).uuidString.lowercased()
        default:
            var error = PostgresError.cannotDecode(Self.self, from: type)
            error.hint = "Cast it in the statement: column::text."
            throw error
        }
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .uuid:
            Swift.withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
            return .binary
        case .text:
            try bytes.append(cString: uuidString.lowercased())
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> UUID {
        guard type.kind == .uuid else { throw .cannotDecode(Self.self, from: type) }
        let bytes = try bytes.required()
        guard bytes.count == 16 else { throw .malformed(type) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

/// A JSON document as the server wrote it, or as it shall be sent.
package struct JSON: Sendable, Hashable, PostgresEncodable, PostgresDecodable {
    package let text: String

    package init(text: String) {
        self.text = text
    }

    /// The document of a value; object keys are sorted, so equal values give equal texts.
    ///
    /// - Throws: `.encoding` if the value has no JSON form, for example a NaN.
    package init(encoding value: some Encodable) throws(PostgresError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            text = String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw PostgresError(.encoding, "a value of \(type(of: value)) has no JSON form")
        }
    }

    /// The document as a Swift value.
    ///
    /// - Throws: `.decoding`, with the path of the member that is missing or has another type.
    package func decode<Value: Decodable>(_: Value.Type = Value.self) throws(PostgresError) -> Value
    {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(Value.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw PostgresError(.decoding, "JSON is no \(Value.self): \(Self.explain(error))")
        } catch {
            throw PostgresError(.decoding, "JSON is no \(Value.self)")
        }
    }

    /// Where and why, without the document's values.
    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { key in
                key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
            }
            return "$" + path.joined()
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) has no \(key.stringValue)"
        case .typeMismatch(let type, let context): "\(path(context)) is no \(type)"
        case .valueNotFound(let type, let context): "\(path(context)) is null, not \(type)"
        case .dataCorrupted(let context): "\(path(context)) cannot be read"
        @unknown default: "it cannot be read"
        }
    }

    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .json, .jsonb, .text:
            try bytes.append(cString: text)
            return .text
        default: throw .cannotEncode(Self.self, as: type)
        }
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> JSON {
        let bytes = try bytes.required()
        switch type.kind {
        case .json, .text: return JSON(text: bytes.text)
        case .jsonb:
            // A version byte, always 1, then the text (jsonb_send).
            guard bytes.first == 1 else { throw .malformed(type) }
            return JSON(text: bytes.part(1, bytes.count - 1).text)
        default: throw .cannotDecode(Self.self, from: type)
        }
    }
}

extension Data: PostgresEncodable, PostgresDecodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        guard type.kind == .bytea else { throw .cannotEncode(Self.self, as: type) }
        bytes.append(contentsOf: self)
        return .binary
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Data {
        guard type.kind == .bytea else { throw .cannotDecode(Self.self, from: type) }
        return Data(try bytes.required())
    }
}
