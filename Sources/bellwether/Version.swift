/// What this build is, and what database it was made for.
enum Version {
    static let program = "0.1.0"

    /// The newest file of sql/migrations; a test compares them.
<<<<<<< HEAD
    static let schema = "0019_work"
=======
    static let schema = "0022_gateway"
>>>>>>> 75e94eb (Sign the page's cookie: an hour, renewed, by a secret of the database that changes)
}
