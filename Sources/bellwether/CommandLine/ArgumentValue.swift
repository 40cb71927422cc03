/// A type that an option's or a setting's text can be read as.
protocol ArgumentValue: Sendable {
    /// Nothing when the text is not such a value.
    init?(argument: String)

    /// The stand-in for the value in help: `NUMBER`.
    static var placeholder: String { get }

    /// What an error says was wanted: "a whole number".
    static var wanted: String { get }

    /// Every value there is, where they can be listed.
    static var choices: [String] { get }

    /// The value as somebody would type it.
    var argument: String { get }
}

extension ArgumentValue {
    static var choices: [String] { [] }
    var argument: String { "\(self)" }
}

extension String: ArgumentValue {
    init?(argument: String) {
        if argument.isEmpty { return nil }
        self = argument
    }

    static var placeholder: String { "TEXT" }
    static var wanted: String { "a text that is not empty" }
}

extension Int: ArgumentValue {
    init?(argument: String) { self.init(argument) }

    static var placeholder: String { "NUMBER" }
    static var wanted: String { "a whole number" }
}

/// A whole number from 1 on, for counts of which none makes no sense.
struct Count: ArgumentValue, Equatable, CustomStringConvertible {
    let value: Int

    init(_ value: Int) {
        precondition(value > 0, "a count starts at 1")
        self.value = value
    }

    init?(argument: String) {
        guard let value = Int(argument), value > 0, value <= 1_000_000 else { return nil }
        self.value = value
    }

    var description: String { String(value) }
    static var placeholder: String { "NUMBER" }
    static var wanted: String { "a whole number from 1 to 1000000" }
}

/// A TCP port; 0 takes any free one.
struct Port: ArgumentValue, Equatable, CustomStringConvertible {
    let value: UInt16

    init(_ value: UInt16) { self.value = value }

    init?(argument: String) {
        guard let value = UInt16(argument) else { return nil }
        self.value = value
    }

    var description: String { String(value) }
    static var placeholder: String { "PORT" }
    static var wanted: String { "a whole number from 0 to 65535" }
}

extension Duration: ArgumentValue {
    private static let units: [(suffix: String, length: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
        ("d", .seconds(86_400)),
    ]

    /// `500ms`, `30s`, `5m`, `2h` or `90d`; a bare number is seconds.
    init?(argument: String) {
        let units = Self.units + [("", .seconds(1))]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }),
            let number = Int(argument.dropLast(unit.suffix.count)),
            (0...1_000_000).contains(number)
        else { return nil }
        self = unit.length * number
    }

    /// In the largest unit of which it is a whole number.
    var argument: String {
        let unit = Self.units.last { self / $0.length == (self / $0.length).rounded() }
        guard let unit, self != .zero else { return "\(self)" }
        return "\(Int(self / unit.length))\(unit.suffix)"
    }

    static var placeholder: String { "TIME" }
    static var wanted: String { "a length of time such as 500ms, 30s, 5m, 2h or 90d" }
}

extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    init?(argument: String) { self.init(rawValue: argument) }

    static var placeholder: String { "WORD" }
    static var wanted: String { "one of " + choices.joined(separator: ", ") }
    static var choices: [String] { allCases.map(\.rawValue) }
}
