package import Foundation
internal import Trading

/// Signs requests as Amazon Web Services want it: Signature Version 4 (AWS, IAM User Guide, "Create a
/// signed AWS API request").
package struct AWSSignature: Sendable {
    package let accessKeyID: String
    package let secret: APIKey
    package var sessionToken: APIKey?
    package let region: String
    package let service: String

    package init(
        accessKeyID: String, secret: APIKey, sessionToken: APIKey? = nil, region: String,
        service: String
    ) {
        self.accessKeyID = accessKeyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// The headers that a request needs besides its own.
    ///
    /// - Parameters:
    ///   - path: already percent-encoded; requests with a query are not for this signer.
    ///   - headers: name and value of those to be signed, `host` among them.
    package func headers(
        method: String, path: String, headers: [(String, String)], body: [UInt8], at: Date
    ) -> [(String, String)] {
        let time = Self.time(at)
        let day = time.prefix(8)
        var signed = headers.map { ($0.0.lowercased(), Self.trimmed($0.1)) }
        signed.append(("x-amz-date", time))
        if let sessionToken { signed.append(("x-amz-security-token", sessionToken.reveal())) }
        signed.sort { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let request = [
            method, path, "", signed.map { "\($0.0):\($0.1)\n" }.joined(), names,
            SHA256.hex(body),
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", time, scope, SHA256.hex(Array(request.utf8)),
        ].joined(separator: "\n")
        let signature = HMAC.sha256(key: key(String(day)), Array(text.utf8))
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var added = [
            ("x-amz-date", time),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(signature)"
            ),
        ]
        if let sessionToken { added.append(("x-amz-security-token", sessionToken.reveal())) }
        return added
    }

    /// The key of a day, region and service.
    private func key(_ day: String) -> [UInt8] {
        [day, region, service, "aws4_request"].reduce(Array("AWS4\(secret.reveal())".utf8)) {
            HMAC.sha256(key: $0, Array($1.utf8))
        }
    }

    /// Without spaces around it, and with one where there are several.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    /// `20150830T123600Z`
    private static func time(_ date: Date) -> String {
        date.ISO8601Format().filter { $0 != "-" && $0 != ":" }
    }
}
