internal import FoundationEssentials
internal import Postgres
internal import Store

// The requests to the queue; what comes back is an event.

extension Runner {
    /// How long a request to the queue may take; storing results has no limit.
    private static let requestLimit = Duration.seconds(10)

    func register() async -> WorkerState.Event {
        let (kinds, version) = (kinds, version)
        do {
            let (worker, acting) = try await pool.withConnection { connection in
                let acting = try await Work.actingKinds(among: kinds, on: connection)
                let worker = try await Work.registerWorker(
                    host: ProcessInfo.processInfo.hostName,
                    processID: ProcessInfo.processInfo.processIdentifier, version: version,
                    kinds: kinds, on: connection)
                return (worker, acting)
            }
            FaultPoint.reach(.afterRegister)
            observe(.registered(worker: worker))
            return .registered(worker: worker, acting: Set(acting))
        } catch let error as PostgresError where !error.isTransient {
            failure = error
            mailbox.yield(.stop)
            return .registrationFailed
        } catch {
            return trouble(error, .registrationFailed)
        }
    }

    func claim(
        _ lane: Int, _ kinds: [String], _ maximum: Int, _ worker: Int32
    ) async -> WorkerState.Event {
        do {
            let jobs = try await claimer(lane).withIsolation { connection in
                try await Work.claim(
                    worker: worker, kinds: kinds, maximum: maximum, within: Self.requestLimit,
                    on: connection)
            }
            return .claimed(lane: lane, jobs, worker: worker)
        } catch {
            await claimers.removeValue(forKey: lane)?.close()
            return trouble(error, .claimFailed(lane: lane), worker)
        }
    }

    func handBack(_ known: [Lease], _ worker: Int32) async -> WorkerState.Event {
        do {
            let count = try await pool.withConnection { connection in
                try await Work.handBack(
                    worker: worker, except: known, within: Self.requestLimit, on: connection)
            }
            if count > 0 { observe(.rescued(jobs: count)) }
            return .handedBack
        } catch {
            return trouble(error, .handBackFailed, worker)
        }
    }

    /// A lane has one claim under way at most.
    private func claimer(_ lane: Int) async throws -> Connection {
        if let open = claimers[lane] { return open }
        let connection = try await Connection.connect(pool.target)
        claimers[lane] = connection
        return connection
    }

    func tick() async -> WorkerState.Event {
        do {
            let jobs = try await pool.withConnection { connection in
                try await Work.scheduleTick(within: Self.requestLimit, on: connection)
            }
            return .ticked(jobs)
        } catch {
            return trouble(error, .ticked(0))
        }
    }

    func tell(_ isIdle: Bool, _ worker: Int32) async -> WorkerState.Event {
        do {
            try await pool.withConnection { connection in
                try await Work.setIdle(worker: worker, isIdle, on: connection)
            }
            return .toldIdle(isIdle)
        } catch {
            return trouble(error, .tellingIdleFailed, worker)
        }
    }

    func checkIdle() async -> WorkerState.Event {
        let kinds = kinds
        do {
            let isIdle = try await pool.withConnection { connection in
                try await Work.isIdle(kinds: kinds, on: connection)
            }
            return .checkedIdle(isIdle)
        } catch {
            return trouble(error, .checkedIdle(false))
        }
    }

    func beat(_ leases: [Lease], _ worker: Int32) async -> WorkerState.Event {
        do {
            let (isKnown, held, rescued) = try await pool.withConnection { connection in
                let isKnown = try await Work.heartbeat(
                    worker: worker, within: Self.requestLimit, on: connection)
                let held =
                    leases.isEmpty
                    ? [] : try await Work.extend(worker: worker, leases, on: connection)
                return (isKnown, held, try await Work.rescue(on: connection))
            }
            if rescued > 0 { observe(.rescued(jobs: rescued)) }
            if !isKnown { mailbox.yield(.forgotten(worker: worker)) }
            return .beat(held: held)
        } catch {
            return trouble(error, .beatFailed, worker)
        }
    }

    func unregister(_ worker: Int32) async -> WorkerState.Event {
        do {
            let count = try await pool.withConnection { connection in
                try await Work.unregisterWorker(worker: worker, on: connection)
            }
            observe(.stopped(handedBack: count))
        } catch {
            // The others find out by the missing heartbeat.
            return trouble(error, .unregistered, worker)
        }
        return .unregistered
    }

    /// BW206: the queue does not know the worker.
    func trouble(
        _ error: any Error, _ event: WorkerState.Event, _ worker: Int32? = nil
    ) -> WorkerState.Event {
        if let error = error as? PostgresError {
            observe(.databaseTrouble(error))
            if error.sqlState == "BW206", let worker { mailbox.yield(.forgotten(worker: worker)) }
        } else {
            observe(.databaseTrouble(PostgresError(.protocol, String(describing: error))))
        }
        return event
    }
}
