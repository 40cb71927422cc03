import FoundationEssentials

/// JSON-RPC 2.0 over any transport: a message in, an answer out or nothing.
///
/// Specification: jsonrpc.org/specification. Parameters go by name, or by their order.
struct RPC: Sendable {
    /// Calls in one batch at most.
    static let batchLimit = 50

    /// Calls a method with the JSON text of its parameters as an object.
    typealias Method =
        @Sendable (_ name: String, _ parameters: JSONTree, _ key: String?) async throws -> String

    let call: Method

    /// An error of the specification, or one of our own from -32000 down.
    struct Failure: Error, Equatable {
        let code: Int
        let message: String
        var data: JSONTree?

        static let parse = Failure(code: -32700, message: "Parse error")
        static let invalidRequest = Failure(code: -32600, message: "Invalid Request")
        static let tooLarge = Failure(code: -32004, message: "the message is longer than is taken")
    }

    /// - Returns: nil if nothing is to be answered: notifications only.
    func answer(_ message: [UInt8]) async -> String? {
        let tree: JSONTree
        do {
            tree = try JSONDecoder().decode(JSONTree.self, from: Data(message))
        } catch {
            return Self.text(.parse, id: .null)
        }
        guard case .list(let calls) = tree else { return await one(tree) }
        guard (1...Self.batchLimit).contains(calls.count) else {
            return Self.text(.invalidRequest, id: .null)
        }
        var answers: [String] = []
        for call in calls {
            if let answer = await one(call) { answers.append(answer) }
        }
        return answers.isEmpty ? nil : "[\(answers.joined(separator: ","))]"
    }

    private func one(_ tree: JSONTree) async -> String? {
        guard case .object(var members) = tree, members["jsonrpc"] == .text("2.0"),
            case .text(let name)? = members["method"], Self.isID(members["id"])
        else { return Self.text(.invalidRequest, id: .null) }
        let id = members["id"]
        var key: String?
        if case .object(var parameters)? = members["params"] {
            if case .text(let text)? = parameters.removeValue(forKey: "key") { key = text }
            members["params"] = .object(parameters)
        }
        do {
            let result = try await call(name, members["params"] ?? .object([:]), key)
            return id.map { "{\"jsonrpc\":\"2.0\",\"id\":\($0.json),\"result\":\(result)}" }
        } catch {
            return id.map { Self.text(Self.failure(error), id: $0) }
        }
    }

    /// A text, a number, null, or not there: a notification.
    private static func isID(_ id: JSONTree?) -> Bool {
        switch id {
        case nil, .null, .text, .number: true
        default: false
        }
    }

    private static func failure(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: return failure
        case let problem as Problem: return failure(problem)
        default: return Failure(code: -32603, message: "Internal error")
        }
    }

    /// Our own codes: -32001 no key or an unknown one, -32002 not allowed, -32003 too many
    /// requests, -32005 nothing there, -32006 the database cannot be reached.
    private static func failure(_ problem: Problem) -> Failure {
        let code =
            switch problem.status {
            case 401: -32001
            case 403: -32002
            case 404: problem.code == "unknown_path" ? -32601 : -32005
            case 429: -32003
            case 400, 422: -32602
            case 503, 504: -32006
            default: -32603
            }
        var data: [String: JSONTree] = ["code": .text(problem.code)]
        if let state = problem.sqlState { data["sqlstate"] = .text(state) }
        if let hint = problem.hint { data["hint"] = .text(hint) }
        let message = code == -32601 ? "Method not found" : problem.title
        return Failure(code: code, message: message, data: .object(data))
    }

    static func text(_ failure: Failure, id: JSONTree) -> String {
        var error: [String: JSONTree] = [
            "code": .number(Decimal(failure.code)), "message": .text(failure.message),
        ]
        if let data = failure.data { error["data"] = data }
        return JSONTree.object([
            "jsonrpc": .text("2.0"), "id": id, "error": .object(error),
        ]).json
    }
}
