import Dispatch
import Glibc
import Synchronization

/// The terminal as a screen that is drawn over, and left as it was found.
///
/// What is drawn goes to the alternate screen; keys come one by one and are not shown.
final class Terminal: Sendable {
    enum Event: Sendable, Equatable {
        case key(Character)
        /// The window has another size.
        case resized
        /// SIGINT (ctrl-c), SIGTERM or SIGHUP.
        case stop
        case timer
    }

    struct Size: Sendable, Equatable {
        var columns: Int
        var rows: Int
    }

    let events: AsyncStream<Event>
    private let mailbox: AsyncStream<Event>.Continuation
    private let queue = DispatchQueue(label: "bellwether.terminal")
    private let input: Int32
    private let output: Int32
    private let state = Mutex(State())

    private struct State {
        /// As it was found; nil if keys are not read, or when it was left.
        var found: termios?
        var isEntered = false
        var isStopping = false
        var signals: [any DispatchSourceSignal] = []
        var keys: (any DispatchSourceRead)?
    }

    init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) {
        self.input = input
        self.output = output
        (events, mailbox) = AsyncStream.makeStream()
    }

    /// Of the window; the usual one if it does not say.
    static func size(of output: Int32 = STDOUT_FILENO) -> Size? {
        var window = winsize()
        guard isatty(output) == 1, ioctl(output, UInt(TIOCGWINSZ), &window) == 0 else { return nil }
        guard window.ws_col > 0, window.ws_row > 0 else { return Size(columns: 80, rows: 24) }
        return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    var size: Size { Self.size(of: output) ?? Size(columns: 80, rows: 24) }

    /// Alternate screen, no cursor, keys at once; from now on signals are events.
    func enter() {
        state.withLock { state in
            state.isEntered = true
            for number in [SIGINT, SIGTERM, SIGHUP, SIGWINCH] {
                // The default action would come before the source sees it.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { [self] in
                    if number == SIGWINCH { mailbox.yield(.resized) } else { stop(128 + number) }
                }
                source.resume()
                state.signals.append(source)
            }
            var found = termios()
            guard isatty(input) == 1, tcgetattr(input, &found) == 0 else { return }
            state.found = found
            var single = found
            single.c_lflag &= ~tcflag_t(ICANON | ECHO)
            // Nobody could see that a stopped program holds the screen.
            withUnsafeMutableBytes(of: &single.c_cc) { $0[Int(VSUSP)] = 0 }
            tcsetattr(input, TCSANOW, &single)
            let keys = DispatchSource.makeReadSource(fileDescriptor: input, queue: queue)
            keys.setEventHandler { [self] in readKeys() }
            keys.resume()
            state.keys = keys
        }
        send("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Everything as it was found. Once is enough; more do no harm.
    func leave() {
        let wasEntered = state.withLock { state in
            defer { state.isEntered = false }
            for source in state.signals { source.cancel() }
            state.signals = []
            state.keys?.cancel()
            state.keys = nil
            if var found = state.found { tcsetattr(input, TCSAFLUSH, &found) }
            state.found = nil
            return state.isEntered
        }
        if wasEntered { send("\u{1B}[?25h\u{1B}[?1049l") }
        mailbox.finish()
    }

    /// Draws lines from the top, each over the old one: nothing is cleared first, so nothing
    /// flickers.
    func draw(_ lines: [String]) {
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        send("\u{1B}[H" + text + "\u{1B}[J")
    }

    /// A `.timer` after that time.
    func wake(after pause: Duration) {
        let nanoseconds = Int(pause / .nanoseconds(1))
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [mailbox] in
            mailbox.yield(.timer)
        }
    }

    /// Who asks twice does not want to wait for an answer of the database.
    private func stop(_ code: Int32) {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        if isFirst {
            mailbox.yield(.stop)
        } else {
            leave()
            _exit(code)
        }
    }

    private func readKeys() {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(input, &bytes, bytes.count)
        // The terminal is gone.
        if count == 0 || (count < 0 && errno == EIO) { return stop(128 + SIGHUP) }
        for byte in bytes.prefix(max(0, count)) {
            let key = Character(UnicodeScalar(byte))
            if key == "q" || key == "Q" { stop(0) } else { mailbox.yield(.key(key)) }
        }
    }

    private func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody sees it any more.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
