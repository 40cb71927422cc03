import Foundation
import Trading

/// A moment on the command line: `now`, so long ago, or a date.
enum PointInTime: ArgumentValue, Equatable, CustomStringConvertible {
    case now
    case ago(Duration)
    case at(Date)

    /// `now`, `90d`, `12h`, `90` (days), `2018-02-05`, `2018-02-05T21:00:00Z`.
    init?(argument: String) {
        if argument == "now" {
            self = .now
        } else if let days = Int(argument), (0...36_500).contains(days) {
            self = .ago(.seconds(days * 86_400))
        } else if argument.last?.isLetter == true, let length = Duration(argument: argument) {
            self = .ago(length)
        } else if let date = Timestamp.parse(argument) {
            self = .at(date)
        } else {
            return nil
        }
    }

    static var placeholder: String { "TIME" }
    static var wanted: String {
        "now, a length of time ago such as 90d or 12h, a number of days, or 2018-02-05"
    }

    var description: String {
        switch self {
        case .now: "now"
        case .ago(let length):
            "\(length / .seconds(86_400) as Double)".replacing(".0", with: "") + "d"
        case .at(let date): Timestamp.text(date)
        }
    }

    /// Days are whole: `90d` begins at 00:00 UTC.
    func date(now: Date) -> Date {
        switch self {
        case .now: return now
        case .at(let date): return date
        case .ago(let length):
            let seconds = length / .seconds(1)
            let date = now.addingTimeInterval(-seconds)
            guard seconds >= 86_400 else { return date }
            return Date(
                timeIntervalSince1970: (date.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400
            )
        }
    }
}

/// The length of a bar on the command line: `15m`, or `15`, which is minutes.
struct IntervalName: ArgumentValue, Equatable, CustomStringConvertible {
    let name: String

    init(_ name: String) { self.name = name }

    init?(argument: String) {
        if argument.isEmpty { return nil }
        let minutes = ["1", "5", "15", "30", "60", "240", "1440"]
        let names = ["1m", "5m", "15m", "30m", "1h", "4h", "1d"]
        name = minutes.firstIndex(of: argument).map { names[$0] } ?? argument
    }

    static var placeholder: String { "INTERVAL" }
    static var wanted: String { "a length of a bar such as 15m, 1h or 1d" }
    var description: String { name }
}
