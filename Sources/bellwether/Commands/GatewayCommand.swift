import Foundation
import Gateway
import Postgres

/// `bellwether gateway`
enum GatewayCommand {
    private static let address = Option<NetworkAddress>.value(
        "address", "Address to listen on, numeric", default: .loopback)
    private static let port = Option<Port>.value(
        "port", "Port to listen on; 0 takes any free one", default: Port(8000))
    private static let connections = Option<Count>.value(
        "connections", "Connections to the database at most", default: Count(8))
    private static let certificate = Option<String?>.optional(
        "certificate", value: "FILE", "PEM file of the certificate, for TLS")
    private static let key = Option<String?>.optional(
        "private-key", value: "FILE", "PEM file of the certificate's private key")
    private static let libraries = Option<String?>.optional(
        "libraries", value: "DIR", "The folder with the page's libraries (docker/web.sh)")
    private static let rpcPort = Option<Port>.value(
        "rpc-port", "Port of JSON-RPC on 127.0.0.1; 0 takes any free one", default: Port(7879))
    private static let rpcTenant = Option<Count?>.optional(
        "rpc-tenant", "Tenant of JSON-RPC clients on this machine that have no key")
    private static let isInsecure = Option<Bool>.flag(
        "insecure", "Listen beyond this machine without TLS: a proxy in front has it")

    static let command = Command(
        name: "gateway",
        summary: "serve the HTTP API and the page",
        discussion: """
            A thin door to the schema api: a request is one call in one transaction, as the tenant \
            of its key. Keys are made by `bellwether key create`. SIGTERM lets requests finish \
            and ends all streams; their clients come back and go on where they were.
            """,
        options: [
            address.description, port.description, connections.description,
            certificate.description, key.description, libraries.description,
            rpcPort.description, rpcTenant.description, isInsecure.description,
        ],
        examples: [
            Example("bellwether gateway", "On this machine, port 8000"),
            Example(
                "bellwether gateway --address 0.0.0.0 --certificate c.pem --private-key k.pem",
                "For other machines, by TLS"),
        ],
        needs: [.databaseURL],
        action: { try await run($0) })

    private static func run(_ context: Context) async throws -> ExitCode {
        try await context.withDatabase(as: "gateway") { _ in }
        var settings = HTTPServer.Settings()
        // The other half is the database's.
        settings.lanes = UInt32(max(ProcessInfo.processInfo.activeProcessorCount / 2, 1))
        settings.address = context.invocation[address].description
        settings.port = context.invocation[port].value
        settings.certificate = try read(context.invocation[certificate])
        settings.privateKey = try read(context.invocation[key])
        try check(settings, context)

        var sizes = Pool.Settings()
        sizes.maximum = context.invocation[connections].value
        sizes.acquireLimit = .seconds(5)
        let pool = Pool(try context.database("gateway"), settings: sizes)
        // A database behind a pooler has no sessions of ours.
        let direct = (0..<(pool.target.isPooled ? 0 : settings.lanes)).map { _ in
            DirectPool(pool.target, maximum: 4, limit: .seconds(30))
        }
        let log = context.log
        let service = Service(
            pool: pool, libraries: context.invocation[libraries],
            isSecure: settings.certificate != nil,
            log: { write($0, to: log) },
            complain: { log.warning($0) })
        let server: HTTPServer
        do {
            server = try HTTPServer(
                settings, lanes: direct.map { ServiceLane(service, $0) },
                handler: { await service.reply($0) })
        } catch {
            throw ProgramError(
                .failure, error.description, hint: "Choose another one with --port.")
        }
        let rpc: RPCServer
        do {
            rpc = try service.rpcServer(
                port: context.invocation[rpcPort].value,
                tenant: context.invocation[rpcTenant].map { Int32($0.value) })
        } catch {
            throw ProgramError(
                .failure, error.description, hint: "Choose another one with --rpc-port.")
        }
        let scheme = settings.certificate == nil ? "http" : "https"
        log.info(
            "listening on \(scheme)://\(settings.address):\(server.port)/, "
                + "JSON-RPC on port \(rpc.port)")

        await withTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            group.addTask { await rpc.run() }
            for one in direct { group.addTask { await one.run() } }
            group.addTask { await untilStopped(context) }
            // The signal ends first; the service only when it is cancelled.
            await group.next()
            group.cancelAll()
        }
        await service.endStreams()
        await server.stop(within: .seconds(10))
        await pool.close()
        return .success
    }

    private static func untilStopped(_ context: Context) async {
        for await signal in Signal.all() {
            switch signal {
            case .stop: return
            case .reload: context.log.info("the gateway has nothing to read again")
            }
        }
    }

    private static func read(_ path: String?) throws(ProgramError) -> String? {
        guard let path else { return nil }
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ProgramError(.configuration, "the file \(path) cannot be read")
        }
    }

    private static func check(
        _ settings: HTTPServer.Settings, _ context: Context
    ) throws(ProgramError) {
        if (settings.certificate == nil) != (settings.privateKey == nil) {
            throw ProgramError(
                .usage, "TLS needs both --certificate and --private-key")
        }
        if !context.invocation[address].isLoopback, settings.certificate == nil,
            !context.invocation[isInsecure]
        {
            throw ProgramError(
                .configuration, "keys would travel in the clear beyond this machine",
                hint:
                    "Give --certificate and --private-key, or --insecure behind a proxy that has them."
            )
        }
    }

    private static func write(_ entry: Service.Entry, to log: Log) {
        // Thousands come each second, and most are not wanted.
        guard entry.error != nil || log.sink.level <= .debug else { return }
        let fields: KeyValuePairs<String, LogValue> = [
            "request_id": .text(entry.requestID), "status": .number(entry.status),
            "ms": .real((entry.milliseconds * 10).rounded() / 10),
            "tenant": .number(Int(entry.tenant ?? -1)),
        ]
        let line = "\(entry.method) \(entry.path.prefix(200))"
        if let error = entry.error {
            log.error("\(line): \(error)", fields)
        } else {
            log.debug(line, fields)
        }
    }
}
