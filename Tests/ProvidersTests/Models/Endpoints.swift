import Support

@testable import Providers

/// The four forms of servers, each at a fake.
enum Endpoints {
    static let forms: [ModelEndpoint.Form] = ModelEndpoint.Form.allCases

    static func provider(_ form: ModelEndpoint.Form) -> ModelProvider {
        switch form {
        case .messages: .anthropic
        case .chat, .responses: .openai
        case .generateContent: .gemini
        }
    }

    static func endpoint(_ form: ModelEndpoint.Form, at fake: FakeServer) -> ModelEndpoint {
        let base =
            switch form {
            case .messages: fake.base
            case .chat, .responses: fake.base + "/v1"
            case .generateContent: fake.base + "/v1beta"
            }
        var endpoint = ModelEndpoint(provider(form), key: APIKey("SECRET-KEY"), base: base)
        endpoint.form = form
        return endpoint
    }

    /// A model that never waits between its tries.
    static func model(
        _ form: ModelEndpoint.Form, at fake: FakeServer, client: HTTPClient,
        change: (inout ModelEndpoint) -> Void = { _ in }
    ) -> HTTPLanguageModel {
        var endpoint = endpoint(form, at: fake)
        change(&endpoint)
        return HTTPLanguageModel(
            "some-model", provider: provider(form), endpoint: endpoint, client: client,
            sleep: { _ in try Task.checkCancellation() }, jitter: { 0 })
    }
}
