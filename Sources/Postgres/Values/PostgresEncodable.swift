/// A Swift value that can be bound to a parameter of a statement.
package protocol PostgresEncodable: Sendable {
    /// Appends the value in the form that `type` wants and says which form that is.
    ///
    /// - Throws: `.encoding` if the value does not fit the type. The error never shows the value.
    func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm
}

/// How the bytes of a parameter are to be read.
package enum ParameterForm: Sendable {
    case binary
    /// The server's own text form, ended by a zero byte.
    case text
    case null
}

extension PostgresError {
    static func cannotEncode(_ swiftType: Any.Type, as type: PostgresType) -> PostgresError {
        PostgresError(
            .encoding, "a value of Swift type \(swiftType) cannot be sent as \(type.name)")
    }

    static func outOfRange(_ type: PostgresType) -> PostgresError {
        PostgresError(.encoding, "a value is out of range for \(type.name)", sqlState: "22003")
    }
}

extension [UInt8] {
    /// Appends an integer in network byte order.
    mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a string in the server's text form.
    mutating func append(cString text: String) throws(PostgresError) {
        let start = count
        append(contentsOf: text.utf8)
        if self[start...].contains(0) {
            throw PostgresError(
                .encoding, "text may not contain the character U+0000", sqlState: "22021",
                hint: "PostgreSQL cannot store it; remove it first.")
        }
        append(0)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch self {
        case .none: .null
        case .some(let value): try value.encode(as: type, into: &bytes)
        }
    }
}
