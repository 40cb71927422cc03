import Store

/// What one check before trading real money found.
struct PreflightCheck: Codable, Equatable, Sendable {
    let name: String
    let passed: Bool
    let found: String

    init(_ name: String, _ passed: Bool, _ found: String) {
        self.name = name
        self.passed = passed
        self.found = found
    }

    init(_ row: PreflightRow) {
        self.init(row.name, row.passed, row.found)
    }

    /// Something that was not even possible.
    init(_ name: String, failed error: any Error) {
        self.init(name, false, Explanation.of(error).message)
    }

    var finding: Finding { Finding(name, passed ? .ok : .fail, found) }
}
