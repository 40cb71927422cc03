import Glibc
import Postgres

@testable import Gateway

/// Waits for the answers of a lane as its thread does.
struct LaneDriver {
    let lane: ServiceLane

    init(_ service: Service, _ pool: DirectPool) {
        lane = ServiceLane(service, pool)
    }

    /// nil: a task is to answer.
    func reply(_ request: Request) -> Response? {
        guard let pending = lane.begin(request) else { return nil }
        while true {
            switch pending.advance() {
            case .waiting:
                var descriptor = pollfd(fd: pending.descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&descriptor, 1, 1000)
            case .whole(let response): return response
            case .handOver: return nil
            }
        }
    }
}
