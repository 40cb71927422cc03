import FoundationEssentials
import Postgres
import Store
import Trading

/// Answers a request of a route: one call of `api` in one transaction, as the holder's tenant.
struct Answerer: Sendable {
    let pool: Pool
    private let calls = CallCache()

    init(pool: Pool) {
        self.pool = pool
    }

    private struct Answer: Sendable {
        var status: Int
        var body: [UInt8]?
    }

    func answer(
        _ request: Request, _ route: Route, placeholder: String?, holder: Holder, requestID: String
    ) async throws -> Response {
        let call = try Call(route, Arguments(request, route, placeholder: placeholder))
        let key = request.method == "GET" ? nil : request.headers["idempotency-key"]
        let answer: Answer
        if let key {
            answer = try await pool.withConnection { connection in
                try await Self.once(key, request, route, call, holder, requestID, on: connection)
            }
        } else {
            let statements = [Self.settings(holder, requestID), call.statement]
            // What writes has its commit as a statement: a constraint may speak up only then.
            let isRead = request.method == "GET"
            let rows = try await pool.pipeline(
                isRead ? statements : ["begin"] + statements + ["commit"])
            answer = try Self.read(rows[isRead ? 1 : 2], route, call)
        }
        return try Self.response(answer, request, route)
    }

    /// The call of a read and what its session must have been told before, for a `DirectPool`.
    func read(
        _ request: Request, _ route: Route, placeholder: String?, holder: Holder
    ) throws(Problem) -> (call: Call, setup: DirectPool.Setup) {
        let call = try calls.call(route, Arguments(request, route, placeholder: placeholder))
        // A read causes nothing that could carry the request's id.
        let setup = DirectPool.Setup(
            key: Int64(holder.tenant),
            "select set_config('bellwether.tenant', \(bind: String(holder.tenant)), false)")
        return (call, setup)
    }

    /// What the rows of such a call say.
    func response(
        _ rows: Rows, _ request: Request, _ route: Route, _ call: Call
    ) throws -> Response {
        try Self.response(Self.read(rows, route, call), request, route)
    }

    /// The JSON text of what a route that writes nothing answers.
    func text(
        _ route: Route, _ arguments: Arguments, holder: Holder, requestID: String
    ) async throws -> String {
        let call = try Call(route, arguments)
        let rows = try await pool.pipeline([Self.settings(holder, requestID), call.statement])
        guard let body = try Self.read(rows[1], route, call).body else { throw Self.nothing }
        return String(decoding: body, as: UTF8.self)
    }

    private static var nothing: Problem {
        Problem(404, "nothing_found", "There is nothing for these parameters")
    }

    private static func settings(_ holder: Holder, _ requestID: String) -> SQL {
        """
        select set_config('bellwether.tenant', \(bind: String(holder.tenant)), true),
            set_config('gateway.request_id', \(bind: requestID), true),
            set_config('statement_timeout', '30s', true)
        """
    }

    /// A write with an Idempotency-Key: the first answer is kept in the transaction of the write.
    private static func once(
        _ key: String, _ request: Request, _ route: Route, _ call: Call, _ holder: Holder,
        _ requestID: String, on connection: isolated Connection
    ) async throws -> Answer {
        let sent = "\(request.method) \(request.path)?\(request.query)\n".utf8 + request.body
        let hash = SHA256.hash(sent)
        return try await connection.transaction { connection in
            _ = try await connection.query(settings(holder, requestID))
            let kept = try await Door.beginWrite(
                key: holder.key, idempotencyKey: key, hash: hash, on: connection)
            if let kept {
                return Answer(status: Int(kept.status), body: kept.body.map { Array($0.utf8) })
            }
            let answer = try read(await connection.query(call.statement), route, call)
            try await Door.endWrite(
                key: holder.key, idempotencyKey: key, status: Int32(answer.status),
                body: answer.body.map { String(decoding: $0, as: UTF8.self) }, on: connection)
            return answer
        }
    }

    private static func read(_ rows: Rows, _ route: Route, _ call: Call) throws -> Answer {
        if let limit = call.limit {
            return Answer(status: route.status, body: try list(rows, limit, route.sort.count))
        }
        var body: [UInt8] = []
        body.reserveCapacity(rows.first?.length(0) ?? 0)
        guard let row = rows.first, row.append(0, to: &body) else {
            return Answer(status: rows.isEmpty ? 404 : route.status, body: nil)
        }
        return Answer(status: route.status, body: body)
    }

    /// `{"items":[...],"next":"cursor"}`; one row more than the limit says that there are more.
    private static func list(_ rows: Rows, _ limit: Int, _ keys: Int) throws -> [UInt8] {
        var body: [UInt8] = []
        // A cursor is short; whatever is beyond makes it grow.
        body.reserveCapacity(rows.reduce(200) { $0 + $1.length(0) + 1 })
        body += "{\"items\":[".utf8
        for (place, row) in rows.prefix(limit).enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            _ = row.append(0, to: &body)
        }
        body += "],\"next\":".utf8
        if rows.count > limit {
            let values = try (1...keys).map { try rows[limit - 1].get($0, as: String?.self) }
            body += "\"\(Cursor.text(values))\"".utf8
        } else {
            body += "null".utf8
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    private static func response(
        _ answer: Answer, _ request: Request, _ route: Route
    ) throws -> Response {
        guard let body = answer.body else { throw nothing }
        var response = Response(answer.status, type: "application/json", body: body)
        guard request.method == "GET", answer.status == 200 else { return response }
        let tag = body.withUnsafeBytes { "\"\(Fingerprint.of($0))\"" }
        response.headers.append(("ETag", tag))
        if request.headers["if-none-match"] == tag {
            return Response(304, headers: [("ETag", tag)])
        }
        return response
    }
}

/// A short text that differs when the content does: FNV-1a (Fowler, Noll, Vo) over words of 64 bits,
/// each turned so that high bits reach low ones. Four hashes take turns, as a multiplication waits
/// for the one before it.
enum Fingerprint {
    private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

    static func of(_ text: String) -> String {
        var text = text
        return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        var hashes = SIMD4(repeating: seed)
        let whole = bytes.count & ~31
        for place in stride(from: 0, to: whole, by: 32) {
            for lane in 0..<4 {
                let word = bytes.loadUnaligned(
                    fromByteOffset: place + 8 * lane, as: UInt64.self)
                hashes[lane] = mixed(hashes[lane], word)
            }
        }
        // One after the other: two that have changed places are not the same.
        var hash = seed
        for lane in 0..<4 { hash = mixed(hash, hashes[lane]) }
        for byte in bytes[whole...] { hash = mixed(hash, UInt64(byte)) }
        return String(unsafeUninitializedCapacity: 33) { text in
            let split = append(hash, to: text, at: 0)
            text[split] = UInt8(ascii: "-")
            return append(UInt64(bytes.count), to: text, at: split + 1)
        }
    }

    /// Its hexadecimal digits; returns the place after them.
    private static func append(
        _ number: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> Int {
        let digits = max((67 - number.leadingZeroBitCount) / 4, 1)
        for place in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * (digits - 1 - place))) & 15
            text[start + place] = digit < 10 ? 48 + digit : 87 + digit
        }
        return start + digits
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x100_0000_01b3
        return product ^ product >> 29
    }
}
