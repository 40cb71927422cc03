#if DEBUG || FAULTS
    internal import FoundationEssentials
    internal import Glibc
    internal import Synchronization
#endif

/// A named place where a test may kill the process, to prove that what died there is found again.
///
/// `BELLWETHER_FAULT=before_ack` kills with SIGKILL when that place is reached for the first time,
/// `before_ack:3` for the third. Only debug builds and builds with `-Xswiftc -DFAULTS` know it; in
/// others nothing is left of it.
package struct FaultPoint: Sendable, Hashable {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    package static let afterRegister = FaultPoint("after_register")
    /// Jobs are leased, none has begun.
    package static let afterClaim = FaultPoint("after_claim")
    /// The handler is about to be called.
    package static let beforeHandle = FaultPoint("before_handle")
    /// The handler is done, nothing of it is stored.
    package static let afterHandle = FaultPoint("after_handle")
    /// Acknowledged and stored, not committed.
    package static let beforeAck = FaultPoint("before_ack")
    /// Committed; the worker does not know it yet.
    package static let afterAck = FaultPoint("after_ack")
    package static let beforeReject = FaultPoint("before_reject")
    package static let afterReject = FaultPoint("after_reject")

    /// Those that every job passes which succeeds.
    package static let ofSuccess = [
        afterRegister, afterClaim, beforeHandle, afterHandle, beforeAck, afterAck,
    ]

    /// Dies here if the environment says so.
    package static func reach(_ point: FaultPoint) {
        #if DEBUG || FAULTS
            Fault.reach(point)
        #endif
    }
}

#if DEBUG || FAULTS
    private enum Fault {
        private static let wanted: (name: String, count: Int)? = {
            guard let text = ProcessInfo.processInfo.environment["BELLWETHER_FAULT"] else {
                return nil
            }
            let parts = text.split(separator: ":")
            guard let name = parts.first else { return nil }
            return (String(name), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let reached = Mutex(0)

        static func reach(_ point: FaultPoint) {
            guard let wanted, wanted.name == point.name else { return }
            let count = reached.withLock { reached in
                reached += 1
                return reached
            }
            if count == wanted.count { kill(getpid(), SIGKILL) }
        }
    }
#endif
