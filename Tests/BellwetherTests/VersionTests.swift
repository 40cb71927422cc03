import Foundation
import Testing

@testable import bellwether

@Suite("Version")
struct VersionTests {
    @Test("The schema that the program knows is the newest migration")
    func schema() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: checkout.appending(path: "sql/migrations").path)
        let newest = files.filter { $0.hasSuffix(".sql") }.max()
        #expect(newest == Version.schema + ".sql")
    }

    @Test("The install list can be read and names every migration")
    func list() throws {
        let folder = try SQLFolder(path: checkout.appending(path: "sql").path)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: checkout.appending(path: "sql/migrations").path)
        let names = files.filter { $0.hasSuffix(".sql") }.map { String($0.dropLast(4)) }
        #expect(Set(folder.migrations) == Set(names))
        #expect(folder.schemaVersion == Version.schema)
    }

    @Test(
        "The state of a schema is told from its name",
        arguments: [
            ("0003_work", SchemaState.known), ("0002_market", .older("0002_market")),
            ("0004_memory", .newer("0004_memory")), (nil, .missing),
        ] as [(String?, SchemaState)])
    func state(_ installed: String?, _ expected: SchemaState) {
        let state = SchemaState(installed: installed, known: "0003_work")
        #expect(state == expected)
        #expect((state.failure == nil) == (expected == .known))
    }
}
