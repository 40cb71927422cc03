package import FoundationEssentials

// Points in time and spans. The server counts from 2000-01-01 00:00 UTC, Foundation from
// 2001-01-01 00:00 UTC, 366 days later.

private let epochSeconds: Double = 366 * 86_400
private let microsecondsOfDay: Int64 = 86_400_000_000

extension Date: PostgresEncodable, PostgresDecodable {
    /// As `timestamptz` (or `timestamp` in UTC) to the microsecond, as `date` the day in UTC.
    ///
    /// `distantFuture` and `distantPast` are the server's infinity and -infinity.
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        switch type.kind {
        case .timestamptz, .timestamp:
            bytes.append(bigEndian: try microseconds(type))
        case .date:
            let day: Int32
            switch self {
            case .distantFuture: day = .max
            case .distantPast: day = .min
            default:
                let days = ((timeIntervalSinceReferenceDate + epochSeconds) / 86_400).rounded(.down)
                guard let value = Int32(exactly: days) else { throw .outOfRange(type) }
                day = value
            }
            bytes.append(bigEndian: day)
        default: throw .cannotEncode(Self.self, as: type)
        }
        return .binary
    }

    private func microseconds(_ type: PostgresType) throws(PostgresError) -> Int64 {
        if self == .distantFuture { return .max }
        if self == .distantPast { return .min }
        let seconds = timeIntervalSinceReferenceDate + epochSeconds
        guard let value = Int64(exactly: (seconds * 1_000_000).rounded()) else {
            throw .outOfRange(type)
        }
        return value
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Date {
        let bytes = try bytes.required()
        switch type.kind {
        case .timestamptz, .timestamp:
            let value = try bytes.integer(Int64.self, of: type)
            if value == .max { return .distantFuture }
            if value == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(value) / 1_000_000 - epochSeconds)
        case .date:
            let day = try bytes.integer(Int32.self, of: type)
            if day == .max { return .distantFuture }
            if day == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(day) * 86_400 - epochSeconds)
        default: throw .cannotDecode(Self.self, from: type)
        }
    }
}

extension Duration: PostgresEncodable, PostgresDecodable {
    /// As `interval`, rounded down to the microsecond.
    package func encode(
        as type: PostgresType, into bytes: inout [UInt8]
    ) throws(PostgresError) -> ParameterForm {
        guard type.kind == .interval else { throw .cannotEncode(Self.self, as: type) }
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { throw .outOfRange(type) }
        bytes.append(bigEndian: whole + attoseconds / 1_000_000_000_000)
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Int32(0))
        return .binary
    }

    /// Reads an interval of days and time; a day is 24 hours, months have no length.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer?, as type: PostgresType
    ) throws(PostgresError) -> Duration {
        guard type.kind == .interval else { throw .cannotDecode(Self.self, from: type) }
        let bytes = try bytes.required()
        guard bytes.count == 16 else { throw .malformed(type) }
        guard bytes.integer(Int32.self, at: 12) == 0 else {
            throw PostgresError(
                .decoding, "an interval with months has no fixed length",
                hint: "Use justify_interval or extract(epoch from ...) in the statement.")
        }
        let days = Int64(bytes.integer(Int32.self, at: 8))
        return .microseconds(bytes.integer(Int64.self, at: 0)) + .seconds(days * 86_400)
    }
}
