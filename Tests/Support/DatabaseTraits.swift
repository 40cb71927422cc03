package import Testing

extension Trait where Self == ConditionTrait {
    /// Skips, and says so, without a server.
    package static var requiresDatabase: Self {
        .enabled(
            if: TestServer.url != nil,
            "DATABASE_URL is not set: DATABASE_URL=$(docker/server.sh dsn admin) swift test")
    }

    /// Skips the long drills unless BELLWETHER_LONG is set (`make test-long`).
    package static var long: Self {
        .enabled(
            if: TestServer.isLong, "a long drill: `make test-long` runs it")
    }
}

/// Gives each test a database of its own, in `ScratchDatabase.current`.
package struct ScratchDatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    let contents: ScratchDatabase.Contents
    package var isRecursive: Bool { true }

    package func scopeProvider(
        for test: Test, testCase: Test.Case?
    ) -> ScratchDatabaseTrait? {
        testCase == nil ? nil : self
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ScratchDatabase.with(contents) { scratch in
            try await ScratchDatabase.$current.withValue(scratch) {
                try await function()
            }
        }
    }
}

extension Trait where Self == ScratchDatabaseTrait {
    /// A schema of its own for each test, in an empty database.
    package static var emptySchema: Self { Self(contents: .schema) }
    /// An empty database for each test.
    package static var emptyDatabase: Self { Self(contents: .empty) }
    /// A database with all of sql/ for each test.
    package static var scratchDatabase: Self { Self(contents: .installed) }
}
