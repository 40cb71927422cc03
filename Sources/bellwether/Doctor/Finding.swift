/// What one check of `bellwether doctor` found.
struct Finding: Encodable, Equatable, Sendable {
    enum State: String, Encodable, Sendable {
        case ok, warn, fail
    }

    let name: String
    let state: State
    let message: String
    /// What to do about it; none when there is nothing to do.
    let mend: String?
    /// What a script is told if this is the worst.
    private let code: ExitCode

    private enum CodingKeys: CodingKey { case name, state, message, mend }

    init(
        _ name: String, _ state: State, _ message: String, mend: String? = nil,
        code: ExitCode = .failure
    ) {
        self.name = name
        self.state = state
        self.message = message
        self.mend = state == .ok ? nil : mend
        self.code = code
    }

    /// Something that was not even possible.
    init(_ name: String, failed error: any Error) {
        let error = Explanation.of(error)
        self.init(name, .fail, error.message, mend: error.hint, code: error.code)
    }

    /// The exit code for all findings: of the first that failed.
    static func exitCode(_ findings: [Finding]) -> ExitCode {
        findings.first { $0.state == .fail }?.code ?? .success
    }

    /// `warn  bars: none yet` and, on a line below, what to do.
    func text(colored: Bool) -> String {
        let color =
            switch state {
            case .ok: "32"
            case .warn: "33"
            case .fail: "31"
            }
        let word = state.rawValue + (state == .ok ? "  " : "")
        let shown = colored ? "\u{1B}[\(color)m\(word)\u{1B}[0m" : word
        let lines = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\(shown)  \(name): \(lines)" + (mend.map { "\n      -> \($0)" } ?? "")
    }
}
