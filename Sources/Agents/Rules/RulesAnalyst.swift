/// The analyst without a model: rules over indicators and pattern statistics.
///
/// The same view always gets the same answer. It buys what rises with momentum and was followed by
/// gains when the market looked alike, in a size whose stop costs a fixed part of equity; it sells
/// what falls through its stop or has turned; it holds whatever is ambiguous. It never sells short.
package struct RulesAnalyst: Analyst {
    package let name = "rules-v1"
    package let promptVersion: String? = nil
    let rules: Rules

    package init(rules: Rules = Rules()) { self.rules = rules }
}
