// Store: all SQL text that Swift sends.
//
// One typed function a statement, in an enum named as the SQL schema, in a file of that name:
// `work.claim` is `Work.claim` in Work.swift. The pattern:
//
//     package enum Work {
//         /// One sentence: what it does, and what it returns.
//         package static func enqueue(
//             kind: String, payload: JSON, on connection: isolated Connection
//         ) async throws(PostgresError) -> Int64 {
//             try await connection.query(
//                 "select work.enqueue(\(bind: kind), \(bind: payload))"
//             ).value()
//         }
//     }
//
// - The connection is the last parameter, `on connection: isolated Connection`: the function runs on
//   the connection's thread, and several calls in one closure cost no thread switch:
//
//     try await pool.transaction { connection in
//         try await Tenancy.act(for: tenant, on: connection)
//         let steps = try await Agent.steps(cycle: id, on: connection)
//         ...
//     }
//
// - Errors are `PostgresError`, thrown as they are: typed throws.
// - Rows become structs with `init(_ row: Row) throws(PostgresError)`, and
//   `rows.decoded(LeasedJob.init)` makes the list. Columns are read by name: `row.get("job_id")`.
// - Values go in by `\(bind:)`. The server decides the type of each place and the value is encoded
//   for it: an `Int` fits int4, int8, numeric; a `Date` fits timestamptz and date; a `String` fits
//   whatever its text fits; `[Float]` fits vector; `[[Float]]` vector[]; `Duration` interval; `JSON`
//   json and jsonb; an optional is NULL. Where the server cannot tell (42P18), write a cast:
//   `\(bind: x)::bigint`.
// - No logic here: what rows alone can settle is a SQL function.
