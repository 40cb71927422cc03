import Foundation
import Providers
import Testing

@testable import bellwether

@Suite("Language models of the environment") struct ModelEnvironmentTests {
    @Test("a provider counts when it has a key, the local one when it has an address")
    func providers() throws {
        #expect(try ModelEnvironment.directory([:]).isEmpty)
        let directory = try ModelEnvironment.directory([
            "ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "",
            "BELLWETHER_LOCAL_URL": "http://127.0.0.1:1/v1",
            "BELLWETHER_GEMINI_URL": "https://proxy.example",
        ])
        #expect(directory.providers == [.anthropic, .local])
        #expect(directory.model(provider: "anthropic", name: "claude-x")?.provider == .anthropic)
        #expect(directory.model(provider: "openai", name: "gpt-5") == nil)
        #expect(directory.model(provider: nil, name: "claude-x")?.provider == .anthropic)
        #expect(directory.model(provider: "local", name: "claude-like")?.provider == .local)
        #expect(directory.model(provider: "rules", name: "rules-v1") == nil)
    }

    @Test("address, version, header and form are configuration")
    func overrides() throws {
        let endpoint = try #require(
            try ModelEnvironment.endpoint(
                .anthropic,
                [
                    "ANTHROPIC_API_KEY": "k", "BELLWETHER_ANTHROPIC_URL": "https://proxy.example/",
                    "BELLWETHER_ANTHROPIC_VERSION": "2026-10-21",
                    "BELLWETHER_ANTHROPIC_KEY_HEADER": "Authorization",
                ]))
        #expect(endpoint.base == "https://proxy.example")
        #expect(endpoint.headers["anthropic-version"] == "2026-10-21")
        #expect(endpoint.keyHeader == "authorization" && endpoint.keyPrefix == "Bearer ")
        let openai = try ModelEnvironment.endpoint(
            .openai, ["OPENAI_API_KEY": "k", "BELLWETHER_OPENAI_FORM": "responses"])
        #expect(openai?.form == .responses)
    }

    @Test("a key may lie in a file, its first line")
    func keyFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("SECRET\nmore\n".utf8).write(to: file)
        let key = try ModelEnvironment.key("OPENAI_API_KEY", ["OPENAI_API_KEY_FILE": file.path])
        #expect(key == APIKey("SECRET"))
    }

    @Test(
        "what is wrong is named, and never shown",
        arguments: [
            ["OPENAI_API_KEY_FILE": "/nowhere/SECRET"],
            ["OPENAI_API_KEY": "SECRET", "BELLWETHER_OPENAI_URL": "SECRET"],
            ["OPENAI_API_KEY": "SECRET", "BELLWETHER_OPENAI_FORM": "messages"],
            ["BELLWETHER_MODEL_CALLS": "SECRET"],
        ])
    func wrong(variables: [String: String]) throws {
        let error = #expect(throws: ProgramError.self) {
            try ModelEnvironment.directory(variables)
        }
        let text = try #require(error).description
        #expect(!text.contains("SECRET") && text.contains("environment variable"))
    }
}
