internal import CCurl
internal import Dispatch
internal import Foundation

/// Mail over SMTP (RFC 5321), by libcurl.
package struct SMTPServer: AlertChannel {
    /// The longest that handing over one mail may take: it holds a thread meanwhile.
    private static let limit = Duration.seconds(20)

    private let url: String
    private let user: String?
    private let password: APIKey?
    private let from: MailAddress

    /// - Parameter url: `smtps://host:465`, or `smtp://host:587`, which must offer STARTTLS unless it is on
    ///   this machine.
    /// - Returns: nil for an address of another form.
    package init?(url: String, from: MailAddress, user: String? = nil, password: APIKey? = nil) {
        let lower = url.lowercased()
        guard lower.hasPrefix("smtp://") || lower.hasPrefix("smtps://"),
            !url.utf8.contains(where: { $0 <= 0x20 })
        else { return nil }
        self.url = url
        self.user = user
        self.password = password
        self.from = from
    }

    package func send(_ message: AlertMessage, to target: String) async throws(AlertError) {
        guard let to = MailAddress(target) else {
            throw AlertError(.invalid, "the route's target is no mail address")
        }
        let mail = MailText(from: from, to: to, message: message).bytes
        let result: Result<Void, AlertError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(AlertError) in
                        try handOver(mail, to)
                    })
            }
        }
        try result.get()
    }

    /// One whole dialogue with the server.
    private func handOver(_ mail: [UInt8], _ to: MailAddress) throws(AlertError) {
        guard let easy = curl_easy_init() else {
            throw AlertError(.unavailable, "libcurl has no memory for a handle")
        }
        defer { curl_easy_cleanup(easy) }
        let letter = Letter(mail)
        let recipients = curl_slist_append(nil, "<\(to.text)>")
        defer { curl_slist_free_all(recipients) }
        setText(easy, CURLOPT_URL, url)
        setText(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        setText(easy, CURLOPT_MAIL_FROM, "<\(from.text)>")
        CCurlSetPointer(easy, CURLOPT_MAIL_RCPT, recipients)
        if let user, let password {
            setText(easy, CURLOPT_USERNAME, user)
            setText(easy, CURLOPT_PASSWORD, password.reveal())
        }
        if !isLoopback { CCurlSetLong(easy, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        CCurlSetLong(easy, CURLOPT_NOSIGNAL, 1)
        CCurlSetLong(easy, CURLOPT_UPLOAD, 1)
        CCurlSetLong(easy, CURLOPT_TIMEOUT_MS, Int(Self.limit / .milliseconds(1)))
        CCurlSetReceiver(easy, CURLOPT_READFUNCTION, readLetter)
        let result = withExtendedLifetime(letter) {
            CCurlSetPointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(letter).toOpaque())
            return curl_easy_perform(easy)
        }
        guard result != CURLE_OK else { return }
        var code = 0
        CCurlGetLong(easy, CURLINFO_RESPONSE_CODE, &code)
        let words = String(cString: curl_easy_strerror(result))
        // 5xx is for good (RFC 5321, section 4.2.1), but for a login that somebody may mend.
        let isForGood = (500..<600).contains(code) && result != CURLE_LOGIN_DENIED
        throw AlertError(
            isForGood ? .invalid : .unavailable,
            code > 0 ? "the mail server answered \(code): \(words)" : "no mail server: \(words)")
    }

    private func setText(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ text: String) {
        // libcurl keeps a copy of these.
        _ = text.withCString { CCurlSetPointer(easy, option, $0) }
    }

    private var isLoopback: Bool { HTTPRequest(.get, url).isLoopback }
}

/// A mail on its way to libcurl, piece by piece.
private final class Letter {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into buffer: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        let piece = rest.prefix(count)
        for (index, byte) in piece.enumerated() { buffer[index] = CChar(bitPattern: byte) }
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

/// Called by libcurl on the thread of the dialogue.
private func readLetter(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    return Unmanaged<Letter>.fromOpaque(context).takeUnretainedValue().read(
        into: data, size * count)
}
