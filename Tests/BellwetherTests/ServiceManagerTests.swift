import Foundation
import Glibc
import Support
import Synchronization
import Testing

@testable import bellwether

@Suite("The service manager")
struct ServiceManagerTests {
    @Test(
        "is there only if NOTIFY_SOCKET names a socket",
        arguments: [nil, "", "relative", "/" + String(repeating: "x", count: 200)])
    func absent(socket: String?) {
        let variables = socket.map { ["NOTIFY_SOCKET": $0] } ?? [:]
        #expect(ServiceManager(variables: variables) == nil)
    }

    @Test("wants a sign of life in half of its own limit, if it is meant for this process")
    func watchdog() throws {
        func pause(_ variables: [String: String]) throws -> Duration? {
            let all = variables.merging(["NOTIFY_SOCKET": "@x"]) { mine, _ in mine }
            return try #require(ServiceManager(variables: all, process: 7)).watchPause
        }
        #expect(try pause([:]) == nil)
        #expect(try pause(["WATCHDOG_USEC": "30000000"]) == .seconds(15))
        #expect(try pause(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]) == .seconds(15))
        #expect(try pause(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"]) == nil)
        #expect(try pause(["WATCHDOG_USEC": "0"]) == nil)
        #expect(try pause(["WATCHDOG_USEC": "soon"]) == nil)
    }

    @Test("gets one datagram of lines, by a path and by an abstract name")
    func datagrams() throws {
        for address in ["/tmp/bw-\(getpid())-\(UUID().uuidString.prefix(8))", "@bw-\(UUID())"] {
            let receiver = try DatagramSocket(address)
            let manager = try #require(ServiceManager(variables: ["NOTIFY_SOCKET": address]))
            #expect(manager.tell(.ready, .status("two\nlines")))
            #expect(receiver.next() == "READY=1\nSTATUS=twolines")
            #expect(manager.tell(.stopping))
            #expect(receiver.next() == "STOPPING=1")
            #expect(manager.tell(.reloading))
            let reloading = try #require(receiver.next()?.split(separator: "\n"))
            #expect(reloading.first == "RELOADING=1")
            #expect(reloading.last?.hasPrefix("MONOTONIC_USEC=") == true)
        }
    }

    @Test("a manager that is gone stops nothing")
    func gone() throws {
        let manager = try #require(
            ServiceManager(variables: ["NOTIFY_SOCKET": "/tmp/no-such-socket"]))
        #expect(!manager.tell(.ready))
    }

    @Test("gets signs of life while the pulse answers, and none after it hangs")
    func watches() async throws {
        let address = "@bw-\(UUID())"
        let receiver = try DatagramSocket(address)
        let manager = try #require(
            ServiceManager(variables: ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"]))
        let (beats, beat) = AsyncStream.makeStream(of: Void.self)
        var beating = beats.makeAsyncIterator()
        let watching = Task {
            let count = Mutex(0)
            await manager.watch {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                beat.yield()
                // The third does not answer before it is cancelled.
                if number == 3 { try? await Task.sleep(for: .seconds(600)) }
            }
        }
        for _ in 1...3 { _ = await beating.next() }
        #expect(receiver.next() == "WATCHDOG=1")
        #expect(receiver.next() == "WATCHDOG=1")
        #expect(receiver.next(waiting: false) == nil)
        watching.cancel()
        await watching.value
    }
}
