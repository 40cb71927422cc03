import Foundation
import Providers

/// The endpoints of language models that the environment names.
///
/// A provider counts when it has a key: `ANTHROPIC_API_KEY`, `OPENAI_API_KEY`, `GEMINI_API_KEY`, or
/// the first line of the file that `..._API_KEY_FILE` names. The local one counts when
/// `BELLWETHER_LOCAL_URL` is set. Keys come in no other way: no flag, no table, no file of settings.
enum ModelEnvironment {
    /// - Throws: `ProgramError` that names the variable that is wrong, never its text.
    static func directory(
        _ variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ProgramError) -> ModelDirectory {
        var endpoints: [ModelProvider: ModelEndpoint] = [:]
        for provider in ModelProvider.allCases {
            if let endpoint = try endpoint(provider, variables) { endpoints[provider] = endpoint }
        }
        let calls = try count("BELLWETHER_MODEL_CALLS", variables) ?? 8
        return ModelDirectory(endpoints, calls: calls)
    }

    /// `BELLWETHER_ROUTING`: how the models of this machine are chosen at most.
    static func routing(
        _ variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ProgramError) -> RoutingPolicy {
        guard let text = text("BELLWETHER_ROUTING", variables) else { return .learned }
        guard let policy = RoutingPolicy(rawValue: text) else {
            throw wrong("BELLWETHER_ROUTING", "learned, static or off")
        }
        return policy
    }

    static func endpoint(
        _ provider: ModelProvider, _ variables: [String: String]
    ) throws(ProgramError) -> ModelEndpoint? {
        let word = provider.rawValue.uppercased()
        let url = text("BELLWETHER_\(word)_URL", variables)
        let key = try key("\(word)_API_KEY", variables)
        guard provider == .local ? url != nil : key != nil else { return nil }
        if let url, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
            throw wrong("BELLWETHER_\(word)_URL", "an address that begins with https:// or http://")
        }
        var endpoint = ModelEndpoint(provider, key: key, base: url)
        if let version = text("BELLWETHER_\(word)_VERSION", variables), provider == .anthropic {
            endpoint.headers = ["anthropic-version": version]
        }
        if let header = text("BELLWETHER_\(word)_KEY_HEADER", variables) {
            endpoint.keyHeader = header.lowercased()
            endpoint.keyPrefix = header.lowercased() == "authorization" ? "Bearer " : ""
        }
        if let form = text("BELLWETHER_\(word)_FORM", variables) {
            guard provider == .openai, let known = ModelEndpoint.Form(rawValue: form),
                known == .chat || known == .responses
            else { throw wrong("BELLWETHER_\(word)_FORM", "chat or responses, for openai alone") }
            endpoint.form = known
        }
        return endpoint
    }

    static func key(
        _ name: String, _ variables: [String: String]
    ) throws(ProgramError) -> APIKey? {
        if let key = variables[name].flatMap({ APIKey($0) }) { return key }
        guard let path = text("\(name)_FILE", variables) else { return nil }
        guard let content = try? String(contentsOfFile: path, encoding: .utf8),
            let key = content.split(whereSeparator: \.isNewline).first.flatMap({
                APIKey(String($0))
            })
        else { throw wrong("\(name)_FILE", "a file that can be read and holds the key") }
        return key
    }

    private static func text(_ name: String, _ variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func count(
        _ name: String, _ variables: [String: String]
    ) throws(ProgramError) -> Int? {
        guard let text = text(name, variables) else { return nil }
        guard let count = Int(text), (1...1000).contains(count) else {
            throw wrong(name, "a number from 1 to 1000")
        }
        return count
    }

    private static func wrong(_ name: String, _ wanted: String) -> ProgramError {
        ProgramError(.configuration, "the environment variable \(name) must be \(wanted)")
    }
}

/// How a machine chooses models; the tighter of its own and the tenant's word counts.
enum RoutingPolicy: String, Sendable, CaseIterable {
    /// By what the call log teaches.
    case learned
    /// By the table of models.
    case `static`
    /// No language model is asked: rules-v1 alone.
    case off
}
