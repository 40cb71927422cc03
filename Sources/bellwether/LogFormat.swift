import Foundation

/// How a line is written: for people or for programs.
enum LogFormat: String, CaseIterable, ArgumentValue {
    case text, json

    func line(
        at time: Date, _ level: LogLevel, _ message: String, _ subject: LogSubject,
        _ fields: KeyValuePairs<String, LogValue>, colored: Bool
    ) -> String {
        switch self {
        case .text: text(time, level, message, subject, fields, colored)
        case .json: json(time, level, message, subject, fields)
        }
    }

    private func text(
        _ time: Date, _ level: LogLevel, _ message: String, _ subject: LogSubject,
        _ fields: KeyValuePairs<String, LogValue>, _ colored: Bool
    ) -> String {
        var line = Self.clock(time) + " " + Self.label(level, colored) + " "
        line += message.split(whereSeparator: \.isNewline).joined(separator: " | ")
        for (name, value) in subject.fields { line += " \(name)=\(value.text)" }
        for (name, value) in fields { line += " \(name)=\(value.text)" }
        return line
    }

    private func json(
        _ time: Date, _ level: LogLevel, _ message: String, _ subject: LogSubject,
        _ fields: KeyValuePairs<String, LogValue>
    ) -> String {
        let at = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var line = "{\"at\":\"\(at)\",\"level\":\"\(level.rawValue)\",\"message\":"
        line += LogValue.text(message).json
        for (name, value) in subject.fields { line += ",\"\(name)\":\(value.json)" }
        for (name, value) in fields { line += ",\(LogValue.text(name).json):\(value.json)" }
        return line + "}"
    }

    /// Hours, minutes, seconds and milliseconds, UTC.
    private static func clock(_ time: Date) -> String {
        let text = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return String(text.dropFirst(11).dropLast())
    }

    private static func label(_ level: LogLevel, _ colored: Bool) -> String {
        let word =
            switch level {
            case .debug: "debug"
            case .info: "info "
            case .warning: "warn "
            case .error: "error"
            }
        let color =
            switch level {
            case .debug: "2"
            case .info: "36"
            case .warning: "33"
            case .error: "31"
            }
        return colored ? "\u{1B}[\(color)m\(word)\u{1B}[0m" : word
    }
}

extension LogSubject {
    fileprivate var fields: [(String, LogValue)] {
        var fields: [(String, LogValue)] = []
        if let job { fields.append(("job", .number(Int(job)))) }
        if let cycle { fields.append(("cycle", .number(Int(cycle)))) }
        if let trace { fields.append(("trace", .text(trace.uuidString.lowercased()))) }
        return fields
    }
}

extension LogValue {
    /// For people: a text with spaces is quoted, a line break is not one.
    fileprivate var text: String {
        switch self {
        case .text(let text):
            text.contains(where: { $0.isWhitespace || $0 == "\"" }) || text.isEmpty
                ? json : text
        case .number(let number): String(number)
        case .real(let number): String(number)
        case .flag(let flag): String(flag)
        }
    }

    fileprivate var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .real(let number): number.isFinite ? String(number) : Self.quoted(String(number))
        case .flag(let flag): String(flag)
        }
    }

    /// A JSON string (RFC 8259 section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\0"..<" ":
                let code = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - code.count) + code
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
