import Foundation
import Jobs
import Postgres
import Providers
import Store

/// `bellwether worker`
enum Worker {
    private static let untilIdle = Option<Bool>.flag(
        "until-idle", "Stop when nothing is left to do; the exit code is 1 if a job died")
    private static let concurrency = Option<Count?>.optional(
        SettingKey.concurrency.flag, "Jobs at a time, for kinds without a number of their own",
        default: "8")
    private static let kinds = Option<[String]>.repeated(
        "kinds", value: "KIND", "Only these kinds of jobs")
    private static let stopLimit = Option<Duration?>.optional(
        SettingKey.stopLimit.flag, "How long running jobs may go on after SIGTERM",
        default: "10s")
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "worker",
        summary: "do the jobs of the queue",
        discussion: """
            Takes jobs, calls the models and brokers they need, and stores each result together \
            with the acknowledgement. Any number of workers may run. SIGTERM finishes what runs \
            and ends; SIGHUP reads log_level, concurrency and stop_limit again. On a schema that it \
            does not know the worker pauses until that is mended. Under systemd (Type=notify) it \
            says when it is ready and feeds the watchdog.
            """,
        options: [
            untilIdle.description, concurrency.description, kinds.description,
            stopLimit.description, json.description,
        ],
        examples: [
            Example("bellwether worker", "Work until told to stop"),
            Example("bellwether worker --until-idle", "Do what waits, then end"),
            Example("bellwether worker --kinds submit_order,match_orders", "Orders alone"),
        ],
        needs: [.databaseURL, .modelPath],
        action: { try await run($0) })

    private struct Report: Encodable {
        let done: Int
        let dead: Int
    }

    /// Why the worker ends.
    private enum End: Sendable { case finished, stopped }

    private static func run(_ context: Context) async throws -> ExitCode {
        // A database that is not there at the start is a mistake; later it is waited for.
        try await context.withConnection(as: "worker") { _ in }
        let settings = settings(context.invocation, context.configuration)
        let pool = try pool(context, settings)
        let manager = ServiceManager(variables: ProcessInfo.processInfo.environment)
        let model = try model(context)
        let models = try ModelEnvironment.directory()
        let alpaca = try AlpacaEnvironment.broker()
        let handlers = try wanted(
            Handlers.all(
                pool: pool, model: model, models: models,
                routing: try ModelEnvironment.routing(), alpaca: alpaca,
                alerts: try AlertEnvironment.channels(log: context.log)),
            context.invocation)
        let progress = LogProgress("working", unit: "jobs", log: context.log)
        let service = WorkerService(
            pool: pool, handlers: handlers, live: LiveWorker(settings), log: context.log,
            workerLog: WorkerLog(log: context.log, progress: progress), manager: manager,
            prepare: { connection in try await register(model, on: connection) })
        let kinds = handlers.map(\.kind)
        context.log.info("working on \(kinds.joined(separator: ", "))")
        let providers = models.providers.map(\.rawValue)
        if !providers.isEmpty {
            context.log.info("language models of \(providers.joined(separator: ", "))")
        }

        let end = try await withThrowingTaskGroup(of: End?.self) { group in
            group.addTask {
                try await service.run()
                return .finished
            }
            group.addTask { await signals(context, service) }
            group.addTask {
                await manager?.watch { await service.live.pulse() }
                return nil
            }
            if let alpaca, kinds.contains("match_orders") {
                let updates = TradeUpdates(
                    updates: alpaca.tradeUpdates, pool: pool, log: context.log)
                group.addTask {
                    try await updates.run()
                    return nil
                }
            }
            if settings.untilIdle {
                group.addTask { await countDown(progress, kinds, pool, context.log) }
            }
            var first: End?
            while let next = try await group.next() {
                // Cancelling lets the service finish what runs.
                if next != nil { group.cancelAll() }
                first = first ?? next
            }
            return first ?? .finished
        }
        await pool.close()
        progress.finish()
        return try report(service.workerLog.counts, end, settings, context)
    }

    private static func settings(
        _ invocation: Invocation, _ configuration: Configuration
    ) -> Runner.Settings {
        var settings = Runner.Settings()
        settings.slots = (invocation[concurrency] ?? configuration.concurrency).value
        settings.untilIdle = invocation[untilIdle]
        settings.stopLimit = invocation[stopLimit] ?? configuration.stopLimit
        return settings
    }

    /// Enough connections that no job waits for one: a job each, the commits, and the queue's own.
    private static func connections(_ settings: Runner.Settings) -> Int {
        settings.slots + 4 + settings.commits + 3
    }

    private static func pool(_ context: Context, _ settings: Runner.Settings) throws -> Pool {
        var sizes = Pool.Settings()
        sizes.maximum = connections(settings)
        // As many as keep a server like this machine busy, while jobs wait for the outside world.
        sizes.eager = max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)
        return Pool(try context.database("worker"), settings: sizes)
    }

    private static func wanted(
        _ all: [any JobHandler], _ invocation: Invocation
    ) throws(ProgramError) -> [any JobHandler] {
        let wanted = invocation[kinds]
        if wanted.isEmpty { return all }
        let known = all.map(\.kind)
        if let unknown = wanted.first(where: { !known.contains($0) }) {
            let nearest = Suggestion.nearest(to: unknown, in: known)
            throw ProgramError(
                .usage, "this worker cannot do jobs of kind '\(unknown)'",
                hint: nearest.map { "Did you mean '\($0)'?" }
                    ?? "It can do: \(known.joined(separator: ", ")).")
        }
        return all.filter { wanted.contains($0.kind) }
    }

    /// The embedding model of this machine; nil if there is none.
    private static func model(_ context: Context) throws(EmbeddingError) -> LocalEncoder? {
        do {
            return try LocalEncoder.open(at: Models.path(context.configuration))
        } catch {
            guard error.code == .modelMissing else { throw error }
            context.log.warning(
                "\(error.description); jobs that embed are left to other workers")
            return nil
        }
    }

    /// Makes the model known to the database, with a table of its own.
    private static func register(
        _ model: LocalEncoder?, on connection: isolated Connection
    ) async throws {
        guard let model else { return }
        try await Memory.registerModel(
            name: model.name, dimensions: model.dimensions, pooling: model.pooling.rawValue,
            on: connection)
    }

    /// Returns when asked to stop; reads the configuration again when asked to.
    private static func signals(_ context: Context, _ service: WorkerService) async -> End? {
        for await signal in Signal.all() {
            switch signal {
            case .stop:
                service.manager?.tell(.stopping)
                return .stopped
            case .reload:
                service.manager?.tell(.reloading)
                await reload(context, service)
                service.manager?.tell(.ready)
            }
        }
        return nil
    }

    private static func reload(_ context: Context, _ service: WorkerService) async {
        do {
            let configuration = try context.reload()
            let settings = settings(context.invocation, configuration)
            context.log.sink.level = configuration.logLevel
            await service.pool.resize(connections(settings))
            service.live.change(settings)
            context.log.info(
                "configuration read again",
                [
                    "log_level": .text(configuration.logLevel.rawValue),
                    "concurrency": .number(settings.slots),
                    "stop_limit": .text("\(settings.stopLimit)"),
                ])
        } catch {
            context.log.error("the configuration stays as it was: \(error.description)")
        }
    }

    /// Keeps the progress told how many jobs are left.
    private static func countDown(
        _ progress: LogProgress, _ kinds: [String], _ pool: Pool, _ log: Log
    ) async -> End? {
        while !Task.isCancelled {
            do {
                let left = try await pool.withConnection { connection in
                    try await Ops.queueDepth(kinds: kinds, on: connection)
                }
                progress.setLeft(left)
                try await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                break
            } catch {
                log.debug("the queue could not be counted: \(error)")
                do { try await Task.sleep(for: .seconds(1)) } catch { break }
            }
        }
        return nil
    }

    private static func report(
        _ counts: WorkerLog.Counts, _ end: End, _ settings: Runner.Settings, _ context: Context
    ) throws -> ExitCode {
        if context.invocation[json] {
            try context.output.json(Report(done: counts.done, dead: counts.dead))
        }
        guard settings.untilIdle else { return .success }
        if counts.dead > 0 { return .failure }
        return end == .finished ? .success : .unfinished
    }
}
