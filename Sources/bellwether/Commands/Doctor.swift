/// `bellwether doctor`
enum Doctor {
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "doctor",
        summary: "say what is missing or wrong, and how to mend it",
        discussion: """
            Looks at the settings, the embedding model, the disk, the database, its extension, \
            schema, roles and tenants, how fresh the data is, and whether workers live. Each line \
            is ok, warn or fail; what to do is said below it. The exit code is 0 unless something \
            failed.
            """,
        options: [json.description],
        examples: [
            Example("bellwether doctor", "Look at everything"),
            Example("bellwether doctor --json", "The same for a monitor"),
        ],
        action: { try await run($0) })

    private static func run(_ context: Context) async throws -> ExitCode {
        var findings = MachineChecks(configuration: context.configuration).run()
        do {
            findings += await DatabaseChecks(target: try context.database("doctor")).run()
        } catch {
            findings.append(Finding("database", failed: error))
        }
        if context.invocation[json] {
            try context.output.json(findings)
        } else {
            for finding in findings {
                context.output.line(finding.text(colored: context.output.isColored))
            }
            context.output.line(summary(findings))
        }
        return Finding.exitCode(findings)
    }

    private static func summary(_ findings: [Finding]) -> String {
        let failed = findings.count { $0.state == .fail }
        let warned = findings.count { $0.state == .warn }
        if failed == 0, warned == 0 { return "all \(findings.count) checks are fine" }
        return "\(findings.count) checks: \(failed) failed, \(warned) warnings"
    }
}
