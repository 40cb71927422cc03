package import Foundation

/// The moment whose knowledge counts: rows that became known later are not seen.
///
/// The same rule as `market.as_of` in SQL: a moment exactly at 00:00 UTC is a bare date and means
/// the last microsecond of that day.
package struct AsOf: Hashable, Sendable, Comparable {
    package let instant: Date

    package init(_ date: Date) {
        let day = Double(Timestamp.secondsPerDay)
        let isBareDate = date.timeIntervalSince1970.truncatingRemainder(dividingBy: day) == 0
        instant = isBareDate ? date.addingTimeInterval(day - 1e-6) : date
    }

    /// Reads a date or a timestamp; nil for any other text.
    package init?(_ text: String) {
        guard let date = Timestamp.parse(text) else { return nil }
        self.init(date)
    }

    package static func < (left: AsOf, right: AsOf) -> Bool { left.instant < right.instant }

    /// How many days ago something was, as of this moment.
    package func days(since date: Date) -> Double {
        instant.timeIntervalSince(date) / Double(Timestamp.secondsPerDay)
    }
}

extension AsOf: CustomStringConvertible, Codable {
    package var description: String { Timestamp.text(instant) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = AsOf(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a timestamp")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
