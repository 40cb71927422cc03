import Foundation
import Support
import Testing

@testable import Providers

@Suite("Alert channels", .timeLimit(.minutes(2)))
struct AlertChannelTests {
    static let message = AlertMessage(
        id: "alert-1-7-3", severity: .critical, title: "Circuit breaker öpen",
        body: "drawdown 21 %\r\n.\r\nBcc: evil@example.org", occurrences: 3,
        at: Date(timeIntervalSince1970: 1_517_864_400))

    private func error(
        _ channel: some AlertChannel, to target: String
    ) async -> AlertError? {
        await #expect(throws: AlertError.self) {
            try await channel.send(Self.message, to: target)
        }
    }

    // MARK: - Discord

    private func webhook(_ fake: FakeServer) throws -> DiscordWebhook {
        let key = try #require(APIKey(fake.base + "/api/webhooks/1/SECRET"))
        return DiscordWebhook(webhooks: ["desk": key], client: HTTPClient())
    }

    @Test("a webhook gets one embed that pings nobody")
    func discord() async throws {
        let fake = try FakeServer("alerts")
        try await webhook(fake).send(Self.message, to: "Desk")
        let request = try #require(try fake.requests().first)
        #expect(request.path == "/api/webhooks/1/SECRET")
        #expect(request.body.contains(#""allowed_mentions":{"parse":[]}"#))
        #expect(request.body.contains("(3 times)") && request.body.contains("öpen"))
        #expect(request.body.contains(#""timestamp":"2018-02-05T21:00:00Z""#))
    }

    @Test("what is too long for Discord is cut, whole characters")
    func long() async throws {
        let fake = try FakeServer("alerts")
        let long = AlertMessage(
            id: "x", severity: .info, title: String(repeating: "👍🏽", count: 300),
            body: String(repeating: "ä", count: 9000), occurrences: 1, at: Date())
        try await webhook(fake).send(long, to: "desk")
        #expect(try fake.requests().count == 1, "the fake refuses what Discord would refuse")
    }

    @Test(
        "each failure is of its kind, and none shows the address",
        arguments: [
            (#"{"fault": "status", "status": 404}"#, AlertError.Code.invalid),
            (#"{"fault": "status", "status": 500}"#, .unavailable),
            (#"{"fault": "status", "status": 429, "retry_after": 1.5}"#, .throttled),
            (#"{"fault": "close"}"#, .unavailable),
        ])
    func discordFailures(step: String, code: AlertError.Code) async throws {
        let fake = try FakeServer("alerts")
        try fake.script(step)
        let error = await error(try webhook(fake), to: "desk")
        #expect(error?.code == code)
        #expect(error?.retryAfter == (code == .throttled ? .milliseconds(1500) : nil))
        #expect(error?.description.contains("SECRET") == false)
        #expect(await self.error(try webhook(fake), to: "other")?.code == .unavailable)
    }

    // MARK: - SMTP

    private func server(
        _ fake: FakeServer, password: String = "secret word"
    ) throws -> SMTPServer {
        let from = try #require(MailAddress("desk@example.org"))
        return try #require(
            SMTPServer(
                url: "smtp://127.0.0.1:\(fake.port)", from: from, user: "desk",
                password: APIKey(password)))
    }

    @Test("a mail arrives with its words, and nothing of the body becomes a header")
    func smtp() async throws {
        let fake = try FakeServer("smtp")
        try await server(fake).send(Self.message, to: "a@example.org")
        let mail = try #require(try fake.requests().first)
        #expect(mail.path == "a@example.org" && mail.headers["known"] == "True")
        #expect(mail.headers["subject"] == "[critical] Circuit breaker öpen")
        #expect(mail.headers["message-id"] == "<alert-1-7-3@example.org>")
        #expect(mail.headers["date"] == "Mon, 05 Feb 2018 21:00:00 +0000")
        #expect(mail.headers["bcc"] == nil)
        #expect(mail.body.contains("Bcc: evil@example.org") && mail.body.contains("(3 times)"))
    }

    @Test(
        "a mail server's refusal is for good, its trouble is not",
        arguments: [
            (#"{"at": "RCPT", "fault": "reply", "code": 550}"#, AlertError.Code.invalid),
            (#"{"at": "RCPT", "fault": "reply", "code": 451}"#, .unavailable),
            (#"{"at": "END", "fault": "reply", "code": 554}"#, .invalid),
            (#"{"at": "END", "fault": "close"}"#, .unavailable),
            (#"{"at": "CONNECT", "fault": "close"}"#, .unavailable),
        ])
    func smtpFailures(step: String, code: AlertError.Code) async throws {
        let fake = try FakeServer("smtp")
        try fake.script(step)
        let error = await error(try server(fake), to: "a@example.org")
        #expect(error?.code == code, "\(error?.description ?? "")")
        #expect(try fake.requests().isEmpty)
    }

    @Test("a wrong password can be mended, a wrong address cannot")
    func smtpLogin() async throws {
        let fake = try FakeServer("smtp")
        let error = await error(try server(fake, password: "wrong"), to: "a@example.org")
        #expect(error?.code == .unavailable && error?.description.contains("wrong") == false)
        for target in ["nobody", "a@b@c", "a@b\r\nRCPT TO:<c@d>", "a b@c", "<a@b>", "@b"] {
            #expect(await self.error(try server(fake), to: target)?.code == .invalid)
        }
    }

    // MARK: - Amazon SES

    /// "get-vanilla" and "post-vanilla" of Amazon's test suite for Signature Version 4.
    @Test(
        "signs as Amazon's own examples do",
        arguments: [
            ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ])
    func signature(method: String, wanted: String) throws {
        let signature = AWSSignature(
            accessKeyID: "AKIDEXAMPLE",
            secret: try #require(APIKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
            region: "us-east-1", service: "service")
        let headers = signature.headers(
            method: method, path: "/", headers: [("Host", "example.amazonaws.com")], body: [],
            at: Date(timeIntervalSince1970: 1_440_938_160))
        let authorization = headers.first { $0.0 == "authorization" }?.1
        #expect(
            authorization == "AWS4-HMAC-SHA256 "
                + "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, Signature=\(wanted)")
    }

    private func mail(
        _ fake: FakeServer, secret: String = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    ) throws -> SESMail {
        let signature = AWSSignature(
            accessKeyID: "AKIDEXAMPLE", secret: try #require(APIKey(secret)),
            region: "eu-central-1", service: "ses")
        return SESMail(
            signature: signature, from: try #require(MailAddress("desk@example.org")),
            base: fake.base, client: HTTPClient())
    }

    @Test("SES takes a signed mail, and refuses one signed with another key")
    func ses() async throws {
        let fake = try FakeServer("alerts")
        try await mail(fake).send(Self.message, to: "a@example.org")
        let request = try #require(try fake.requests().first)
        #expect(request.path == "/v2/email/outbound-emails")
        #expect(request.body.contains("[critical] Circuit breaker öpen"))
        let error = await error(try mail(fake, secret: "another"), to: "a@example.org")
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains("InvalidSignatureException") == true)
        try fake.script(
            #"{"fault": "status", "status": 429}"#, #"{"fault": "status", "status": 400}"#)
        #expect(await self.error(try mail(fake), to: "a@example.org")?.code == .throttled)
        #expect(await self.error(try mail(fake), to: "a@example.org")?.code == .invalid)
    }

    @Test("Amazon's and Python's own clients take the fakes for real", .vendorClients)
    func vendorClients() throws {
        let mails = try FakeServer("smtp")
        try VendorClients.check("check_alerts.py", "smtp", String(mails.port))
        #expect(try mails.requests().first?.body.contains("third") == true)
        let fake = try FakeServer("alerts")
        try VendorClients.check("check_alerts.py", "ses", fake.base)
    }
}
