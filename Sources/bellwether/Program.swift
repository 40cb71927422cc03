import Foundation

/// The program apart from the process: a command line in, an exit code out.
struct Program: Sendable {
    let root: Command
    var variables: [String: String] = ProcessInfo.processInfo.environment
    var output = Output.standard
    var errors: @Sendable (String) -> Void = LogSink.standardError
    var isTerminal = isatty(STDERR_FILENO) == 1

    func run(_ arguments: [String]) async -> ExitCode {
        do {
            switch try CommandLineParser(root: root).parse(arguments) {
            case .help(let path): output.write(Usage.help(path))
            case .version: output.line("bellwether \(Version.program)")
            case .run(let command, _, let invocation):
                return try await run(command, invocation)
            }
            return .success
        } catch let error as UsageError {
            errors("bellwether: \(Usage.text(error))\n")
            return .usage
        } catch {
            let failure = Explanation.of(error)
            errors("bellwether: \(failure.description)\n")
            return failure.code
        }
    }

    private func run(_ command: Command, _ invocation: Invocation) async throws -> ExitCode {
        let variables = variables
        let load: @Sendable () throws(ProgramError) -> Configuration = {
            () throws(ProgramError) in
            try Configuration.load(
                flags: invocation.given, variables: variables, needs: command.needs)
        }
        let configuration = try load()
        let sink = LogSink(
            level: configuration.logLevel,
            format: configuration.logFormat ?? (isTerminal ? .text : .json),
            isTerminal: isTerminal, isColored: isTerminal && variables["NO_COLOR"] == nil,
            output: errors)
        guard let action = command.action else { return .usage }
        return try await action(
            Context(
                invocation: invocation, configuration: configuration, log: Log(sink: sink),
                output: output, variables: variables, reload: load))
    }
}
