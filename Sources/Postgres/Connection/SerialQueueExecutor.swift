internal import Dispatch

/// The executor of one connection: a dispatch queue of its own.
///
/// libpq's calls block, so they must not run on Swift's cooperative threads; a serial queue has a
/// thread of its own while it is busy. (`DispatchSerialQueue` is not an executor on Linux.)
final class SerialQueueExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Lets code that the queue runs without a task (a dispatch source) use `assumeIsolated`.
    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
