internal import CCurl
internal import Foundation
internal import Synchronization

/// One thread that moves the bytes of all transfers, over libcurl's multi interface.
///
/// Tasks put messages into the mailbox and wake the thread; everything else is the thread's own.
/// Connections are kept and used again.
final class CurlLoop: @unchecked Sendable {
    private enum Message {
        case add(Transfer)
        case remove(Transfer)
        case resume(Transfer)
        case stop
    }

    private let mailbox = Mutex<[Message]>([])
    private let isStopped = Mutex(false)
    private let multi: UnsafeMutableRawPointer
    /// Touched by the thread alone.
    private var handles: [ObjectIdentifier: CurlHandle] = [:]
    private let clock = ContinuousClock()

    /// The longest sleep: a safety net, for whoever has news wakes the thread.
    private static let longestSleep = Duration.seconds(5)

    init() {
        CurlLibrary.start()
        guard let multi = curl_multi_init() else {
            preconditionFailure("libcurl has no memory for a handle")
        }
        self.multi = multi
    }

    deinit { curl_multi_cleanup(multi) }

    /// Starts the thread, which lives until `stop`.
    func run() {
        let thread = Thread { [self] in
            Self.ignoreBrokenPipes()
            while step() {}
        }
        thread.name = "http"
        thread.start()
    }

    func add(_ transfer: Transfer) { post(.add(transfer)) }
    func remove(_ transfer: Transfer) { post(.remove(transfer)) }
    func resume(_ transfer: Transfer) { post(.resume(transfer)) }
    func stop() { post(.stop) }

    private func post(_ message: Message) {
        let isLate = isStopped.withLock { stopped in
            if !stopped { mailbox.withLock { $0.append(message) } }
            return stopped
        }
        if isLate {
            if case .add(let transfer) = message { transfer.finish(.failure(closed(transfer))) }
            return
        }
        curl_multi_wakeup(multi)
    }

    // MARK: - On the thread

    /// A write to a connection that the other side has closed is an error, not the end of us.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// - Returns: false when it is over.
    private func step() -> Bool {
        let messages = mailbox.withLock { box in
            defer { box = [] }
            return box
        }
        for message in messages {
            switch message {
            case .add(let transfer): begin(transfer)
            case .remove(let transfer): end(transfer)
            case .resume(let transfer): handles[ObjectIdentifier(transfer)]?.unpause()
            case .stop:
                end()
                return false
            }
        }
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        collect()
        let sleep = expire()
        curl_multi_poll(multi, nil, 0, Int32(max(0, sleep / .milliseconds(1)).rounded(.up)), nil)
        return true
    }

    private func begin(_ transfer: Transfer) {
        do throws(HTTPError) {
            let handle = try CurlHandle(transfer, now: clock.now)
            handles[ObjectIdentifier(transfer)] = handle
            curl_multi_add_handle(multi, handle.easy)
        } catch {
            transfer.finish(.failure(error))
        }
    }

    private func end(_ transfer: Transfer) {
        guard let handle = handles.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
        curl_multi_remove_handle(multi, handle.easy)
    }

    /// Finishes what libcurl says is finished.
    private func collect() {
        var left: Int32 = 0
        var done: [(easy: UnsafeMutableRawPointer, result: CURLcode)] = []
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle
            else { continue }
            done.append((easy, CCurlResult(message)))
        }
        for (easy, result) in done {
            guard let handle = handles.values.first(where: { $0.easy == easy }) else { continue }
            let end = handle.end(result)
            self.end(handle.transfer)
            handle.transfer.finish(end)
        }
    }

    /// Ends what has waited too long for its first byte, or for the next.
    ///
    /// - Returns: how long the thread may sleep.
    private func expire() -> Duration {
        let now = clock.now
        var sleep = Self.longestSleep
        for handle in handles.values {
            guard let (deadline, code) = handle.deadline else { continue }
            let left = now.duration(to: deadline)
            if left <= .zero {
                end(handle.transfer)
                handle.transfer.finish(.failure(handle.timeout(code)))
            } else {
                sleep = min(sleep, left)
            }
        }
        return sleep
    }

    private func end() {
        isStopped.withLock { $0 = true }
        let late = mailbox.withLock { box in
            defer { box = [] }
            return box
        }
        for case .add(let transfer) in late { transfer.finish(.failure(closed(transfer))) }
        for handle in handles.values {
            curl_multi_remove_handle(multi, handle.easy)
            handle.transfer.finish(.failure(closed(handle.transfer)))
        }
        handles = [:]
    }

    private func closed(_ transfer: Transfer) -> HTTPError {
        transfer.error(.closed, "the client was closed")
    }
}

/// libcurl's own beginning, once a process.
enum CurlLibrary {
    private static let result = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    static func start() {
        precondition(result == CURLE_OK, "libcurl cannot be initialised")
    }
}
