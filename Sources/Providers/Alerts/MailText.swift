internal import Foundation

/// A mail as it is sent: headers and text of RFC 5322, body in base64, so that nothing in it can be
/// taken for a header or for its end.
struct MailText {
    let from: MailAddress
    let to: MailAddress
    let message: AlertMessage

    var subject: String { "[\(message.severity.rawValue)] \(message.title)" }

    var bytes: [UInt8] {
        let lines = [
            "From: Bellwether <\(from.text)>",
            "To: <\(to.text)>",
            "Subject: \(Self.encodedWords(subject))",
            "Date: \(Self.date(message.at))",
            "Message-ID: <\(message.id)@\(from.domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            "",
            Data(message.text.utf8).base64EncodedString(
                options: [
                    .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
                ]
            ),
            "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// Encoded words of at most 75 characters each (RFC 2047, section 2), whole characters in each.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var part = ""
        func word(_ part: String) -> String {
            "=?utf-8?B?" + Data(part.utf8).base64EncodedString() + "?="
        }
        for character in text {
            if word(part + String(character)).utf8.count > 75, !part.isEmpty {
                words.append(word(part))
                part = ""
            }
            part.append(character)
        }
        return (words + [word(part)]).joined(separator: "\r\n ")
    }

    /// `Mon, 05 Feb 2018 21:00:00 +0000` (RFC 5322, section 3.3).
    private static func date(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        return formatter.string(from: date)
    }
}

/// An address that is no more than one: `name@host`, ASCII, without marks that mean something to a
/// mail server.
package struct MailAddress: Equatable, Sendable {
    package let text: String

    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= 254,
            text.utf8.allSatisfy({ byte in
                (0x21...0x7e).contains(byte) && !#"<>()[]\,;:""#.utf8.contains(byte)
            })
        else { return nil }
        self.text = text
    }

    var domain: String { String(text.split(separator: "@")[1]) }
}
