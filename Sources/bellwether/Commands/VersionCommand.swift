/// `bellwether version`
enum VersionCommand {
    private struct Report: Encodable {
        let program = Version.program
        let schema = Version.schema
    }

    static let command = Command(
        name: "version",
        summary: "say which program this is and which schema it needs",
        options: [Option<Bool>.json.description],
        examples: [Example("bellwether version --json", "The same for a script")],
        action: { context in
            let report = Report()
            if context.invocation[Option<Bool>.json] {
                try context.output.json(report)
            } else {
                context.output.line("bellwether \(report.program), schema \(report.schema)")
            }
            return .success
        })
}
