package import Postgres

/// A read whose one call the database is answering.
final class PendingRead: PendingAnswer {
    let request: Request
    let read: ReadCache.Read
    let holder: Holder
    let began = ContinuousClock.now

    private let service: Service
    private let pool: DirectPool
    private let session: DirectSession

    init(
        service: Service, pool: DirectPool, session: DirectSession, request: Request,
        read: ReadCache.Read, holder: Holder
    ) {
        self.service = service
        self.pool = pool
        self.session = session
        self.request = request
        self.read = read
        self.holder = holder
    }

    var descriptor: Int32 { session.descriptor }
    var token: UInt64 { session.id }
    var isWatched: Bool {
        get { session.isWatched }
        set { session.isWatched = newValue }
    }

    func advance() -> Advance {
        switch pool.advance(session) {
        case .waiting: return .waiting
        case .rows(let rows):
            return .whole(service.finish(self, .success(rows), session.milliseconds))
        case .failed(let error):
            return .whole(service.finish(self, .failure(error), session.milliseconds))
        case .lost:
            service.keys.giveBack(holder)
            return .handOver
        }
    }

    func giveUp() -> Response {
        pool.abandon(session)
        return service.finish(
            self,
            .failure(
                Problem(503, "busy", "The database has not answered in time", retryAfter: 1)),
            nil)
    }
}

/// The reads of one lane, over its own connections.
package struct ServiceLane: LaneAnswerer {
    private let service: Service
    private let pool: DirectPool

    package init(_ service: Service, _ pool: DirectPool) {
        self.service = service
        self.pool = pool
    }

    package func begin(_ request: Request) -> (any PendingAnswer)? {
        service.begin(request, on: pool)
    }

    package func look(_ token: UInt64) {
        pool.look(token)
    }
}
