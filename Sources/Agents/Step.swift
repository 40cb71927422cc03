/// The four agents, in their order; the raw values are the steps of `agent.step`.
package enum Step: String, Codable, Sendable, CaseIterable {
    case dataAgent = "DataAgent"
    case riskManager = "RiskManager"
    case validator = "Validator"
    case metaAgent = "MetaAgent"
}
