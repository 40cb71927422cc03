import Dispatch
import Glibc

/// What an operator tells a running program.
enum Signal: Sendable {
    /// SIGTERM, SIGINT: finish and end.
    case stop
    /// SIGHUP: read the configuration again.
    case reload

    /// The signals as they come; a second SIGTERM or SIGINT ends the program at once.
    static func all() -> AsyncStream<Signal> {
        AsyncStream { continuation in
            let queue = DispatchQueue(label: "bellwether.signals")
            let stop = Stop()
            var sources: [any DispatchSourceSignal] = []
            for number in [SIGTERM, SIGINT, SIGHUP] {
                // The default action would end the process before the source sees it.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler {
                    if number == SIGHUP {
                        continuation.yield(.reload)
                    } else if stop.isFirst() {
                        continuation.yield(.stop)
                    } else {
                        _exit(128 + number)
                    }
                }
                source.resume()
                sources.append(source)
            }
            let kept = Kept(sources)
            continuation.onTermination = { _ in kept.cancel() }
        }
    }

    /// Whether somebody has asked already; used on the queue of the sources alone.
    private final class Stop: @unchecked Sendable {
        private var wasAsked = false

        func isFirst() -> Bool {
            defer { wasAsked = true }
            return !wasAsked
        }
    }

    /// Holds the sources as long as somebody listens.
    private final class Kept: @unchecked Sendable {
        private let sources: [any DispatchSourceSignal]

        init(_ sources: [any DispatchSourceSignal]) { self.sources = sources }

        func cancel() {
            for source in sources { source.cancel() }
        }
    }
}
