/// `bellwether migrate`
enum Migrate {
    private static let dryRun = Option<Bool>.flag("dry-run", "Say what would be done, do nothing")
    private static let wait = Option<Duration>.value(
        "wait", "How long to wait for locks and for another migrate", default: .seconds(60))
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "migrate",
        summary: "create or bring up to date everything in the database",
        discussion: """
            Runs each migration of the sql folder once, in a transaction of its own, and then the \
            files of every install. A migration that fails leaves nothing behind; one that was \
            edited after it was applied is reported and nothing is run. Needs a superuser.
            """,
        options: [dryRun.description, wait.description, json.description],
        examples: [
            Example(
                "bellwether migrate --database \"$(make -s dsn ROLE=admin)\"",
                "Migrate the private server of the checkout"),
            Example("bellwether migrate --dry-run", "See what a new version would change"),
        ],
        needs: [.databaseURL],
        action: { try await run($0) })

    private static func run(_ context: Context) async throws -> ExitCode {
        let path = try context.configuration.sqlPath ?? SQLFolder.find()
        var settings = Migrator.Settings()
        settings.isDryRun = context.invocation[dryRun]
        settings.patience = context.invocation[wait]
        let migrator = Migrator(
            folder: try SQLFolder(path: path), settings: settings, log: context.log)
        let report = try await context.withConnection(as: "migrate") { connection in
            try await migrator.run(on: connection)
        }
        if context.invocation[json] {
            try context.output.json(report)
        } else {
            context.output.write(text(report))
        }
        return .success
    }

    private static func text(_ report: Migrator.Report) -> String {
        let applied = report.isDryRun ? "would apply" : "applied"
        var lines = report.applied.map { "\(applied) \($0)" }
        if let old = report.extensionUpdatedFrom, let new = report.extensionVersion {
            lines.append("extension \(old) \(report.isDryRun ? "would become" : "became") \(new)")
        }
        let files = report.isDryRun ? "would run" : "ran"
        lines.append(
            "\(report.applied.count) migrations \(applied), \(files) \(report.files.count) files; "
                + "schema \(report.schemaVersion ?? "none"), "
                + "extension \(report.extensionVersion ?? "none")")
        return lines.joined(separator: "\n") + "\n"
    }
}
