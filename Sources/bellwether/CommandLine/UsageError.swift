/// What is wrong with a command line; the words for people are in `Usage`.
indirect enum UsageError: Error, Equatable, Sendable {
    case unknownCommand(String, nearest: String?)
    case missingCommand
    case unknownOption(String, nearest: String?)
    case missingOption(String)
    case missingValue(String)
    case unwantedValue(String)
    case repeatedOption(String)
    case invalidValue(option: String, text: String, wanted: String, nearest: String?)
    case missingArgument(String)
    case unwantedArgument(String)
    /// An error of the command at this path.
    case of([String], UsageError)
}
