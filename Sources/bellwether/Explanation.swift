/// Turns whatever stopped a command into a sentence for people and an exit code: the one place
/// where such text is made.
enum Explanation {
    static func of(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case is CancellationError: Failure(.unfinished, "stopped before the end")
        default: Failure(.failure, "\(error)")
        }
    }
}
