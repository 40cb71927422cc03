/// Which models this machine can reach: those of the providers that it has an endpoint of.
package struct ModelDirectory: Sendable {
    /// How much one question may take.
    package struct Limits: Equatable, Sendable {
        /// How often again after the first try.
        package var retries = 3
        /// One try, from its start to its last byte.
        package var total = Duration.seconds(30)
        /// The longest wait that a server may ask for and that is waited here; a longer one is the
        /// caller's.
        package var longestAsked = Duration.seconds(60)

        package init() {}
    }

    private let endpoints: [ModelProvider: ModelEndpoint]
    private let client: HTTPClient
    private let gates: [ModelProvider: ModelGate]

    /// - Parameter calls: how many calls of one provider may run at a time in this process.
    package init(
        _ endpoints: [ModelProvider: ModelEndpoint], client: HTTPClient = HTTPClient(),
        calls: Int = 8
    ) {
        self.endpoints = endpoints
        self.client = client
        gates = endpoints.mapValues { _ in ModelGate(places: calls) }
    }

    package var isEmpty: Bool { endpoints.isEmpty }
    package var providers: [ModelProvider] {
        ModelProvider.allCases.filter { endpoints[$0] != nil }
    }

    /// - Parameter provider: in the words of `agent.model`; nil to infer it from the model's name.
    /// - Returns: nil where there is no endpoint.
    package func model(
        provider: String?, name: String, limits: Limits = Limits()
    ) -> (any LanguageModel)? {
        let known = provider.map { ModelProvider(rawValue: $0) } ?? ModelProvider(serving: name)
        guard let provider = known, var endpoint = endpoints[provider] else { return nil }
        endpoint.limits.total = limits.total
        endpoint.limits.firstByte = limits.total
        endpoint.limits.idle = limits.total
        endpoint.limits.connect = min(endpoint.limits.connect, limits.total)
        var policy = RetryPolicy()
        policy.retries = limits.retries
        policy.longestAsked = limits.longestAsked
        return HTTPLanguageModel(
            name, provider: provider, endpoint: endpoint, client: client, policy: policy,
            gate: gates[provider])
    }
}
