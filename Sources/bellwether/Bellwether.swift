import Foundation

/// The program: reads the command line, runs the command, ends with its exit code.
@main
struct Bellwether {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        exit(await Program(root: .bellwether).run(arguments).rawValue)
    }
}

extension Command {
    /// Every command there is.
    static let bellwether = Command(
        name: "bellwether", summary: "a trading desk's memory and judgment, inside PostgreSQL",
        options: Configuration.options,
        examples: [
            Example("bellwether migrate", "Create or bring up to date everything in the database"),
            Example("bellwether ingest ohlcv_daily.csv", "Load bars"),
            Example("bellwether worker --until-idle", "Do the work that waits, then stop"),
            Example("bellwether doctor", "Say what is missing or wrong and how to mend it"),
        ],
        subcommands: [
            Migrate.command, Ingest.command, FeedCommand.command, Worker.command,
            GatewayCommand.command, KeyCommand.command, JobsCommand.command, GraphCommand.command,
            HaltCommand.halt, HaltCommand.resume, Preflight.command, Promote.command,
            Doctor.command, VersionCommand.command,
        ])
}
