import Dispatch
import Foundation
import Glibc

/// The service manager that started this program, systemd above all: it is told when the program
/// is ready, lives, reloads and stops.
///
/// The protocol is a datagram of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names
/// (systemd, sd_notify(3)); nobody answers.
struct ServiceManager: Sendable {
    /// A path, or a name in the abstract namespace that begins with `@`.
    let socket: String
    /// How often a sign of life is sent: half of what the manager waits for; nil if it does not.
    let watchPause: Duration?

    /// Nil if nobody wants to know.
    ///
    /// - Parameter process: A watchdog that is meant for another process is not fed.
    init?(variables: [String: String], process: Int32 = getpid()) {
        guard let socket = variables["NOTIFY_SOCKET"],
            socket.hasPrefix("/") || socket.hasPrefix("@"),
            socket.utf8.count < Self.pathCapacity
        else { return nil }
        self.socket = socket
        let isMeant = variables["WATCHDOG_PID"].map { $0 == String(process) } ?? true
        let limit = variables["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchPause =
            isMeant ? limit.flatMap { $0 > 0 ? .microseconds(max($0 / 2, 1000)) : nil } : nil
    }

    /// What the manager can be told.
    enum State: Sendable {
        case ready
        case alive
        case reloading
        case stopping
        /// A line for `systemctl status`.
        case status(String)

        fileprivate var lines: [String] {
            switch self {
            case .ready: ["READY=1"]
            case .alive: ["WATCHDOG=1"]
            // Type=notify-reload wants the time of the reload beside it (sd_notify(3)).
            case .reloading: ["RELOADING=1", "MONOTONIC_USEC=\(Self.monotonicMicroseconds)"]
            case .stopping: ["STOPPING=1"]
            case .status(let text): ["STATUS=\(text.split(whereSeparator: \.isNewline).joined())"]
            }
        }

        private static var monotonicMicroseconds: UInt64 {
            DispatchTime.now().uptimeNanoseconds / 1000
        }
    }

    /// Sends one datagram and never waits.
    ///
    /// - Returns: Whether it was handed over; a manager that is gone stops nothing.
    @discardableResult
    func tell(_ states: State...) -> Bool {
        let message = Array(states.flatMap(\.lines).joined(separator: "\n").utf8)
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socket.utf8)
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        // A name in the abstract namespace ends with the length, not with a zero.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let sent = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
                return sendto(descriptor, message, message.count, flags, address, length)
            }
        }
        return sent == message.count
    }

    /// Sends signs of life until cancelled, each after `pulse` has answered: a program that hangs
    /// sends none and is started anew.
    func watch(_ pulse: @Sendable () async -> Void) async {
        guard let watchPause else { return }
        while !Task.isCancelled {
            await pulse()
            tell(.alive)
            do { try await Task.sleep(for: watchPause) } catch { return }
        }
    }

    private static let pathCapacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
}
