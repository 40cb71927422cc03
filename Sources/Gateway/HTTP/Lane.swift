internal import CHTTPServer
internal import Synchronization

/// An answer that a lane's thread has asked for and does not wait for.
package protocol PendingAnswer: AnyObject {
    /// What is answered.
    var request: Request { get }
    /// What can be read when there is something to take.
    var descriptor: Int32 { get }
    /// Names the descriptor; no two of a lane are equal while both are open.
    var token: UInt64 { get }
    /// Whether the lane looks at the descriptor already; it says so here.
    var isWatched: Bool { get set }

    /// Takes what is there.
    func advance() -> Advance
    /// The answer when it has taken too long.
    func giveUp() -> Response
}

/// How far an answer has come.
package enum Advance {
    case waiting
    case whole(Response)
    /// A task is to answer instead, from the beginning.
    case handOver
}

/// Answers requests on the thread of a lane, one object a lane. It must not block.
package protocol LaneAnswerer: Sendable {
    /// Asks for the answer; nil: a task is to answer.
    func begin(_ request: Request) -> (any PendingAnswer)?
    /// A descriptor can be read for which no answer is pending.
    func look(_ token: UInt64)
}

/// What a lane's thread has begun. Only that thread uses it, but for the count.
final class Lane: @unchecked Sendable {
    private struct Begun {
        let raw: OpaquePointer
        let answer: any PendingAnswer
        let until: ContinuousClock.Instant
    }

    private let answerer: any LaneAnswerer
    private let patience: Duration
    /// By token; several of one descriptor are answered in the order in which they were begun.
    private var begun: [UInt64: [Begun]] = [:]
    private let count = Atomic(0)
    private let isEnding = Atomic(false)

    init(_ answerer: any LaneAnswerer, patience: Duration) {
        self.answerer = answerer
        self.patience = patience
    }

    /// Answers that are pending; from any thread.
    var pending: Int { count.load(ordering: .relaxed) }

    /// Tells the thread to give up what is pending; from any thread.
    func end() {
        isEnding.store(true, ordering: .relaxed)
    }

    /// False: a task is to answer.
    func begin(_ request: Request, _ raw: OpaquePointer) -> Bool {
        guard let answer = answerer.begin(request) else { return false }
        if !answer.isWatched {
            guard HTTPRequestWatch(raw, answer.descriptor, answer.token) else {
                HTTPServer.send(answer.giveUp(), raw)
                return true
            }
            answer.isWatched = true
        }
        begun[answer.token, default: []].append(
            Begun(raw: raw, answer: answer, until: .now + patience))
        count.add(1, ordering: .relaxed)
        return true
    }

    /// - Parameter handOver: Called with a request that a task is to answer.
    func readable(_ token: UInt64, handOver: (Request, OpaquePointer) -> Void) {
        guard begun[token]?.isEmpty == false else { return answerer.look(token) }
        // What was read for the first may hold the answers to the others.
        while let one = begun[token]?.first {
            switch one.answer.advance() {
            case .waiting: return
            case .whole(let response):
                forget(token)
                HTTPServer.send(response, one.raw)
            case .handOver:
                forget(token)
                handOver(one.answer.request, one.raw)
            }
        }
    }

    /// Looks for what has taken too long.
    func tick() {
        let isEnding = isEnding.load(ordering: .relaxed)
        let now = ContinuousClock.now
        for (token, queue) in begun {
            guard let first = queue.first, isEnding || first.until < now else { continue }
            // The others wait for the first one.
            for one in queue {
                forget(token)
                HTTPServer.send(one.answer.giveUp(), one.raw)
            }
        }
    }

    private func forget(_ token: UInt64) {
        begun[token]?.removeFirst()
        count.subtract(1, ordering: .relaxed)
    }
}
