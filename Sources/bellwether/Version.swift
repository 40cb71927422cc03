/// What this build is, and what database it was made for.
enum Version {
    static let program = "0.1.0"

    /// The newest file of sql/migrations; a test compares them.
    static let schema = "0023_gateway"
}
