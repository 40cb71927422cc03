import Postgres
import Synchronization

/// The calls of reads that were asked before, by address: pages ask the same again and again.
final class ReadCache: Sendable {
    /// What a client asked for, and for whom.
    struct Address: Hashable, Sendable {
        let tenant: Int32
        let path: String
        let query: [String]

        init(_ request: Request, tenant: Int32) {
            self.tenant = tenant
            path = request.path
            query = request.query.flatMap { [$0.name, $0.value] }
        }
    }

    /// A reference: its many texts are not counted each time that it is handed on.
    final class Read: Sendable {
        let route: Route
        let call: Call
        let setup: DirectPool.Setup
        let pace = SharedPace()

        init(route: Route, call: Call, setup: DirectPool.Setup) {
            self.route = route
            self.call = call
            self.setup = setup
        }
    }

    private static let capacity = 1000
    /// Texts longer than this are not kept: bytes of an address.
    private static let longest = 500

    private let reads = Mutex<[Address: Read]>([:])

    /// The call for an address; made and kept if there is none.
    func read(_ address: Address, _ make: () -> Read?) -> Read? {
        if let known = reads.withLock({ $0[address] }) { return known }
        guard let made = make() else { return nil }
        let length = address.path.utf8.count + address.query.reduce(0) { $0 + $1.utf8.count }
        guard length <= Self.longest else { return made }
        reads.withLock { reads in
            if reads.count >= Self.capacity { reads.removeAll(keepingCapacity: true) }
            reads[address] = made
        }
        return made
    }

    func removeAll() {
        reads.withLock { $0.removeAll() }
    }
}
