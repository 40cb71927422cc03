/// Who has which connection and who waits, as a value without I/O.
///
/// Waiters are served in the order in which they came; a connection that is given back goes to the
/// first of them, and whoever comes while others wait goes behind them.
struct PoolState<Resource, Waiter> {
    enum Acquire {
        case use(Resource)
        /// Open a new one; its place is already counted.
        case open
        case wait
        case closed
    }

    enum Release {
        case keep
        case hand(Waiter, Resource)
        case discard(Resource)
    }

    private(set) var idle: [Resource] = []
    /// Leased and being opened.
    private(set) var busy = 0
    private(set) var isClosed = false
    private var waiters: [(id: UInt64, waiter: Waiter)] = []
    private(set) var maximum: Int
    /// Up to so many are opened as soon as somebody asks; more only by `grow`.
    private let eager: Int

    init(maximum: Int, eager: Int = .max) {
        precondition(maximum > 0 && eager > 0, "a pool needs at least one connection")
        self.maximum = maximum
        self.eager = eager
    }

    var waiting: Int { waiters.count }

    /// The one used last first: it is the warmest, and the others age until they are closed.
    mutating func acquire() -> Acquire {
        if isClosed { return .closed }
        if waiters.isEmpty, let resource = idle.popLast() {
            busy += 1
            return .use(resource)
        }
        if waiters.isEmpty, busy + idle.count < min(maximum, eager) {
            busy += 1
            return .open
        }
        return .wait
    }

    /// Whether those who wait could have a connection more.
    var canGrow: Bool { !isClosed && !waiters.isEmpty && busy + idle.count < maximum }

    /// The first waiter, by its id.
    var firstWaiting: UInt64? { waiters.first?.id }

    /// Who has waited longest may open a connection of its own, if the maximum allows.
    mutating func grow() -> Waiter? {
        guard canGrow else { return nil }
        busy += 1
        return waiters.removeFirst().waiter
    }

    mutating func enqueue(_ waiter: Waiter, id: UInt64) {
        waiters.append((id, waiter))
    }

    /// A waiter that does not want to wait any more; nil if it has just been served.
    mutating func withdraw(_ id: UInt64) -> Waiter? {
        guard let place = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: place).waiter
    }

    mutating func release(_ resource: Resource) -> Release {
        if isClosed {
            busy -= 1
            return .discard(resource)
        }
        if busy + idle.count > maximum {
            busy -= 1
            return .discard(resource)
        }
        if waiters.isEmpty {
            busy -= 1
            idle.append(resource)
            return .keep
        }
        return .hand(waiters.removeFirst().waiter, resource)
    }

    /// A leased connection was lost, or could not be opened: the first waiter may open one.
    mutating func vacate() -> Waiter? {
        busy -= 1
        guard !isClosed, !waiters.isEmpty, busy + idle.count < maximum else { return nil }
        busy += 1
        return waiters.removeFirst().waiter
    }

    /// Another number of connections at most. Returns the waiters that may now open one.
    ///
    /// With a smaller number those that are lent come back before any is closed.
    mutating func resize(_ maximum: Int) -> [Waiter] {
        precondition(maximum > 0, "a pool needs at least one connection")
        self.maximum = maximum
        var served: [Waiter] = []
        while !isClosed, !waiters.isEmpty, busy + idle.count < maximum {
            busy += 1
            served.append(waiters.removeFirst().waiter)
        }
        return served
    }

    /// No more leases. Returns what is to be closed and who is to be told.
    mutating func close() -> (idle: [Resource], waiters: [Waiter]) {
        isClosed = true
        defer {
            idle.removeAll()
            waiters.removeAll()
        }
        return (idle, waiters.map(\.waiter))
    }
}
