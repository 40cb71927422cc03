import Foundation
import Testing

@testable import bellwether

/// The checkout that these tests stand in.
let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

@Suite("Install list")
struct InstallListTests {
    @Test("Files and migrations come out in order")
    func order() throws {
        let list = try InstallList(
            """
            -- Contents.
            \\ir setup.sql

              -- Tables.
            \\set migration 0001_tenant
            \\ir migrations/once.psql
            \\ir 20_market/bar.sql\t
            """)
        #expect(
            list.steps == [
                .file("setup.sql"), .migration("0001_tenant"), .file("20_market/bar.sql"),
            ])
        #expect(list.migrations == ["0001_tenant"])
    }

    @Test(
        "What psql would do otherwise is refused with its line",
        arguments: [
            ("select 1;", "install.sql:1: 'select 1;' is not understood"),
            ("\n\\i a.sql", "install.sql:2: '\\i a.sql' is not understood"),
            ("\\ir ../a.sql", "install.sql:1: '../a.sql' is no file below the list"),
            ("\\ir /etc/a.sql", "install.sql:1: '/etc/a.sql' is no file below the list"),
            ("\\set migration One", "install.sql:1: 'One' is no name of a migration"),
            ("\\ir migrations/once.psql", "install.sql:1: no migration is named above"),
            (
                "\\set migration 0001_a\n\\ir a.sql",
                "install.sql:1: migration 0001_a is named but not run"
            ),
            (
                "\\set migration 0001_a\n\\set migration 0002_b",
                "install.sql:1: migration 0001_a is named but not run"
            ),
            (
                String(
                    repeating: "\\set migration 0001_a\n\\ir migrations/once.psql\n", count: 2),
                "install.sql: migration 0001_a is listed twice"
            ),
        ])
    func refused(_ text: String, _ message: String) throws {
        let failure = try #require(throws: ProgramError.self) { try InstallList(text) }
        #expect(failure.message == message)
        #expect(failure.code == .schema)
    }
}
