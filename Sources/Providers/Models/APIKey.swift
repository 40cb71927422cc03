/// A key of an outside service; whoever prints it sees `****`.
package struct APIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    /// - Returns: nil for an empty text.
    package init?(_ text: String) {
        let bare = text.drop { $0.isWhitespace }
        guard let last = bare.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        self.text = String(bare[...last])
    }

    package var description: String { "****" }
    package var debugDescription: String { "****" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The key itself, for the header that needs it.
    func reveal() -> String { text }

    /// A message of a server without the key that it may quote.
    func redacted(_ message: String) -> String {
        message.split(separator: text, omittingEmptySubsequences: false).joined(separator: "****")
    }
}
