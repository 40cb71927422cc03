import Foundation
import Providers

/// The ways by which this machine reaches people, as the environment names them.
///
/// - `log`: always; a line of the program's own log.
/// - `discord`: `BELLWETHER_WEBHOOK_<NAME>` holds the address of the webhook that routes call by name.
/// - `email`: `BELLWETHER_SMTP_URL`, `BELLWETHER_MAIL_FROM`; `BELLWETHER_SMTP_USER` and `..._PASSWORD`.
/// - `ses`: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `BELLWETHER_MAIL_FROM`;
///   `AWS_SESSION_TOKEN`, `BELLWETHER_SES_URL`.
///
/// Secrets may also come from the file that `..._FILE` names.
enum AlertEnvironment {
    private static let webhookPrefix = "BELLWETHER_WEBHOOK_"

    /// - Throws: `ProgramError` that names the variable that is wrong, never its text.
    static func channels(
        _ variables: [String: String] = ProcessInfo.processInfo.environment,
        client: HTTPClient = HTTPClient(), log: Log
    ) throws(ProgramError) -> [String: any AlertChannel] {
        var channels: [String: any AlertChannel] = ["log": LogChannel(log: log)]
        let webhooks = try webhooks(variables)
        if !webhooks.isEmpty {
            channels["discord"] = DiscordWebhook(webhooks: webhooks, client: client)
        }
        channels["email"] = try mail(variables)
        channels["ses"] = try ses(variables, client)
        return channels
    }

    private static func webhooks(
        _ variables: [String: String]
    ) throws(ProgramError) -> [String: APIKey] {
        var webhooks: [String: APIKey] = [:]
        for variable in variables.keys.sorted() where variable.hasPrefix(webhookPrefix) {
            let name = variable.hasSuffix("_FILE") ? String(variable.dropLast(5)) : variable
            webhooks[name.dropFirst(webhookPrefix.count).lowercased()] =
                try ModelEnvironment.key(name, variables)
        }
        return webhooks
    }

    private static func mail(
        _ variables: [String: String]
    ) throws(ProgramError) -> (any AlertChannel)? {
        guard let url = text("BELLWETHER_SMTP_URL", variables) else { return nil }
        let server = SMTPServer(
            url: url, from: try sender(variables), user: text("BELLWETHER_SMTP_USER", variables),
            password: try ModelEnvironment.key("BELLWETHER_SMTP_PASSWORD", variables))
        guard let server else {
            throw wrong("BELLWETHER_SMTP_URL", "an address that begins with smtp:// or smtps://")
        }
        return server
    }

    private static func ses(
        _ variables: [String: String], _ client: HTTPClient
    ) throws(ProgramError) -> (any AlertChannel)? {
        guard let id = text("AWS_ACCESS_KEY_ID", variables),
            let secret = try ModelEnvironment.key("AWS_SECRET_ACCESS_KEY", variables),
            let region = text("AWS_REGION", variables),
            // Keys of Amazon may be here for something else.
            text("BELLWETHER_MAIL_FROM", variables) != nil
        else { return nil }
        let signature = AWSSignature(
            accessKeyID: id, secret: secret,
            sessionToken: try ModelEnvironment.key("AWS_SESSION_TOKEN", variables),
            region: region, service: "ses")
        return SESMail(
            signature: signature, from: try sender(variables),
            base: text("BELLWETHER_SES_URL", variables), client: client)
    }

    private static func sender(
        _ variables: [String: String]
    ) throws(ProgramError) -> MailAddress {
        guard let from = text("BELLWETHER_MAIL_FROM", variables).flatMap({ MailAddress($0) }) else {
            throw wrong("BELLWETHER_MAIL_FROM", "a mail address, name@host")
        }
        return from
    }

    private static func text(_ name: String, _ variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func wrong(_ name: String, _ wanted: String) -> ProgramError {
        ProgramError(.configuration, "the environment variable \(name) must be \(wanted)")
    }
}

/// Alerts as lines of this program's own log.
private struct LogChannel: AlertChannel {
    let log: Log

    func send(_ message: AlertMessage, to target: String) async throws(AlertError) {
        let fields: KeyValuePairs<String, LogValue> = [
            "alert": .text(message.id), "severity": .text(message.severity.rawValue),
            "target": .text(target),
        ]
        let text = "\(message.title): \(message.body)"
        switch message.severity {
        case .info: log.info(text, fields)
        case .warning: log.warning(text, fields)
        case .critical: log.error(text, fields)
        }
    }
}
