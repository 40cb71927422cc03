import Foundation
import Testing

@testable import bellwether

@Suite("Handlers")
struct HandlerTests {
    private func decode<Value: Decodable>(_ text: String, as: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(Value.self, from: Data(text.utf8))
    }

    @Test("The payload of compute_snapshots may leave out the start")
    func computeSnapshots() throws {
        let whole = try decode(
            #"{"instrument_id":1,"bar_interval":"1d","from":"2017-01-03T00:00:00Z"}"#,
            as: ComputeSnapshots.Request.self)
        #expect(whole.instrumentID == 1)
        #expect(whole.barInterval == "1d")
        #expect(whole.from == Date(timeIntervalSince1970: 1_483_401_600))
        let part = try decode(
            #"{"instrument_id":1,"bar_interval":"1d"}"#, as: ComputeSnapshots.Request.self)
        #expect(part.from == nil)
    }

    @Test("The payload of compute_conditions names an interval and a start")
    func computeConditions() throws {
        let request = try decode(
            #"{"bar_interval":"1d","from":"2017-01-03T00:00:00Z"}"#,
            as: ComputeConditions.Request.self)
        #expect(request.barInterval == "1d")
        #expect(request.from == Date(timeIntervalSince1970: 1_483_401_600))
    }

    @Test("The payload of embed_snapshots names model and snapshots")
    func embedSnapshots() throws {
        let request = try decode(
            #"{"model":"all-MiniLM-L6-v2","snapshot_ids":[3,1]}"#, as: EmbedSnapshots.Request.self)
        #expect(request.model == "all-MiniLM-L6-v2")
        #expect(request.snapshotIDs == [3, 1])
    }
}

@Suite("Tables for people")
struct TextTableTests {
    @Test("Numbers stand to the right, nothing trails")
    func alignment() {
        var table = TextTable("kind", "ready")
        table.append("embed", "5")
        table.append("a", "-")
        #expect(table.text == "kind   ready\nembed      5\na          -\n")
    }
}

@Suite("Findings of doctor")
struct FindingTests {
    @Test("The exit code is that of the first failure, warnings do not count")
    func exitCode() {
        let fine = Finding("a", .ok, "is there", mend: "nothing")
        let warning = Finding("b", .warn, "is old", mend: "renew it")
        let failure = Finding("c", .fail, "is gone", mend: "bring it", code: .schema)
        #expect(Finding.exitCode([fine, warning]) == .success)
        #expect(Finding.exitCode([fine, failure, Finding("d", .fail, "x")]) == .schema)
        #expect(fine.text(colored: false) == "ok    a: is there")
        #expect(warning.text(colored: false) == "warn  b: is old\n      -> renew it")
    }
}
