/// A value that is never printed, whichever way somebody prints what holds it.
struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: Value

    init(_ value: Value) { self.value = value }

    /// The value itself, for the one place that needs it.
    func reveal() -> Value { value }

    var description: String { "****" }
    var debugDescription: String { "****" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable where Value: Equatable {}

extension Secret: ArgumentValue where Value == String {
    init?(argument: String) {
        guard let text = String(argument: argument) else { return nil }
        self.init(text)
    }

    static var placeholder: String { "TEXT" }
    static var wanted: String { String.wanted }
}
