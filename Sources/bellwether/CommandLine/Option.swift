/// What the parser and the help know of an option, whatever its type.
struct OptionDescription: Sendable {
    let name: String
    let short: Character?
    /// The stand-in for the value; none for a flag.
    let placeholder: String?
    let help: String
    let defaultText: String?
    let choices: [String]
    let isRequired: Bool
    let isRepeated: Bool

    /// Reads the texts given, in order; a flag gets one empty text for each time.
    let read: @Sendable (_ option: String, _ texts: [String]) throws(UsageError) -> any Sendable

    var isFlag: Bool { placeholder == nil }
}

/// An option of a command with the type its value has.
struct Option<Value: Sendable>: Sendable {
    let description: OptionDescription

    private init(
        _ name: String, short: Character?, placeholder: String?, help: String,
        defaultText: String? = nil, choices: [String] = [], isRequired: Bool = false,
        isRepeated: Bool = false,
        read: @escaping @Sendable (String, [String]) throws(UsageError) -> Value
    ) {
        description = OptionDescription(
            name: name, short: short, placeholder: placeholder, help: help,
            defaultText: defaultText, choices: choices, isRequired: isRequired,
            isRepeated: isRepeated,
            read: { (option, texts) throws(UsageError) in try read(option, texts) })
    }
}

extension Option where Value == Bool {
    /// An option without a value: given or not.
    static func flag(_ name: String, short: Character? = nil, _ help: String) -> Option {
        Option(name, short: short, placeholder: nil, help: help) { _, texts in !texts.isEmpty }
    }
}

extension Option {
    /// An option that takes `fallback` when it is not given.
    static func value(
        _ name: String, short: Character? = nil, value placeholder: String? = nil, _ help: String,
        default fallback: Value
    ) -> Option where Value: ArgumentValue {
        Option(
            name, short: short, placeholder: placeholder ?? Value.placeholder, help: help,
            defaultText: fallback.argument, choices: Value.choices
        ) { (option, texts) throws(UsageError) in
            try texts.first.map { (text) throws(UsageError) in try parse(text, option) } ?? fallback
        }
    }

    /// An option that must be given.
    static func required(
        _ name: String, short: Character? = nil, value placeholder: String? = nil, _ help: String
    ) -> Option where Value: ArgumentValue {
        Option(
            name, short: short, placeholder: placeholder ?? Value.placeholder, help: help,
            choices: Value.choices, isRequired: true
        ) { (option, texts) throws(UsageError) in
            guard let text = texts.first else { throw UsageError.missingOption(option) }
            return try parse(text, option)
        }
    }

    /// An option that may be left out.
    static func optional<Wrapped: ArgumentValue>(
        _ name: String, short: Character? = nil, value placeholder: String? = nil, _ help: String,
        default defaultText: String? = nil
    ) -> Option where Value == Wrapped? {
        Option(
            name, short: short, placeholder: placeholder ?? Wrapped.placeholder, help: help,
            defaultText: defaultText, choices: Wrapped.choices
        ) { (option, texts) throws(UsageError) in
            guard let text = texts.first else { return nil }
            return try parse(text, option) as Wrapped
        }
    }

    /// An option that may be given several times, or once with commas between its values.
    static func repeated<Element: ArgumentValue>(
        _ name: String, short: Character? = nil, value placeholder: String? = nil, _ help: String
    ) -> Option where Value == [Element] {
        Option(
            name, short: short, placeholder: placeholder ?? Element.placeholder, help: help,
            choices: Element.choices, isRepeated: true
        ) { (option, texts) throws(UsageError) in
            var elements: [Element] = []
            for text in texts {
                for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                    elements.append(try parse(String(part), option))
                }
            }
            return elements
        }
    }
}

private func parse<Value: ArgumentValue>(
    _ text: String, _ option: String
) throws(UsageError) -> Value {
    guard let value = Value(argument: text) else {
        throw .invalidValue(
            option: option, text: text, wanted: Value.wanted,
            nearest: Suggestion.nearest(to: text, in: Value.choices))
    }
    return value
}
