package import Foundation

/// Points in time as PostgreSQL writes them into JSON, in UTC, to the microsecond.
package enum Timestamp {
    /// Reads `2018-02-05`, `2018-02-05T21:00:00Z`, `2018-02-05 21:00:00.5+00:00`; nil otherwise.
    ///
    /// Byte by byte: a cycle reads hundreds of times, and a regular expression took a third of what
    /// it cost the worker.
    package static func parse(_ text: String) -> Date? {
        var rest = Digits(text)
        guard let year = rest.number(4), rest.skip("-"), let month = rest.number(2),
            rest.skip("-"), let day = rest.number(2),
            let date = days(year: year, month: month, day: day)
        else { return nil }
        if rest.isEmpty { return Date(timeIntervalSince1970: Double(date * secondsPerDay)) }
        guard rest.skip("T") || rest.skip(" "), let hour = rest.number(2), rest.skip(":"),
            let minute = rest.number(2), rest.skip(":"), let second = rest.number(2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var microseconds = 0
        if rest.skip(".") {
            guard let fraction = rest.fraction() else { return nil }
            microseconds = fraction
        }
        guard let offset = rest.offset(), rest.isEmpty else { return nil }
        let seconds = date * secondsPerDay + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + Double(microseconds) / 1e6)
    }

    /// Writes `2018-02-05T21:00:00Z`, with as many places as the microseconds need.
    package static func text(_ date: Date) -> String {
        let microseconds = Int((date.timeIntervalSince1970 * 1e6).rounded())
        let (seconds, rest) = split(microseconds, 1_000_000)
        let (day, second) = split(seconds, secondsPerDay)
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }
        let digits = padded(rest, 6).reversed().drop { $0 == "0" }.reversed()
        return dateText(day: day) + "T" + time.joined(separator: ":")
            + (digits.isEmpty ? "" : "." + String(digits)) + "Z"
    }

    /// Writes the date alone: `2018-02-05`.
    package static func dateText(_ date: Date) -> String {
        dateText(day: Int((date.timeIntervalSince1970 / Double(secondsPerDay)).rounded(.down)))
    }

    package static let secondsPerDay = 86_400

    /// Days since 1970-01-01 of a date of the Gregorian calendar; nil if there is no such date.
    ///
    /// Years begin in March, so that the leap day is the last (H. Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms", days_from_civil).
    private static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month), day >= 1 else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = split(shifted, 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return civil(days) == (year, month, day) ? days : nil
    }

    /// The inverse: civil_from_days of the same source.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = split(days + 719_468, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = (shifted + 2) % 12 + 1
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shifted + 2) / 5 + 1
        )
    }

    private static func dateText(day: Int) -> String {
        let (year, month, day) = civil(day)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Quotient and remainder, the remainder never negative.
    private static func split(_ value: Int, _ divisor: Int) -> (Int, Int) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// The digits and signs of a time that are still to be read.
private struct Digits {
    private var bytes: Substring.UTF8View

    init(_ text: String) { bytes = text[...].utf8 }

    var isEmpty: Bool { bytes.isEmpty }

    mutating func skip(_ sign: Unicode.Scalar) -> Bool {
        guard let first = bytes.first, UInt32(first) == sign.value else { return false }
        bytes.removeFirst()
        return true
    }

    private mutating func digit() -> Int? {
        guard let first = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return nil }
        bytes.removeFirst()
        return Int(first - UInt8(ascii: "0"))
    }

    /// A number of exactly so many digits.
    mutating func number(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One to six places, in millionths.
    mutating func fraction() -> Int? {
        guard var value = digit() else { return nil }
        for _ in 1..<6 { value = value * 10 + (digit() ?? 0) }
        return value
    }

    /// Seconds east of UTC of nothing, `Z`, `+05`, `-0330` or `+05:45`.
    mutating func offset() -> Int? {
        if isEmpty || skip("Z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(2) else { return nil }
        var seconds = hours * 3600
        if !isEmpty {
            _ = skip(":")
            guard let minutes = number(2) else { return nil }
            seconds += minutes * 60
        }
        return isEast ? seconds : -seconds
    }
}
