// swift-tools-version: 6.2
import PackageDescription

/// Every module and what it may import. Arrows point one way; the build refuses undeclared imports.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Support"], resources: resources,
        swiftSettings: settings)
}

let package = Package(
    name: "bellwether",
    targets: [
        // C: system libraries and the text encoder's arithmetic.
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]),
        .target(
            name: "CHTTPServer", dependencies: ["CMicroHTTPD"],
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])]),
        .target(
            name: "CEncoder", dependencies: ["COpenBLAS"],
            cSettings: [
                .unsafeFlags([
                    "-O3", "-fopenmp-simd", "-Wall", "-Wextra", "-Werror", "-Wno-pass-failed",
                ])
            ]),

        // The house, bottom up.
        module("Trading"),
        module("Postgres", ["CPostgres"]),
        module("Store", ["Postgres", "Trading"]),
        module("Providers", ["Trading", "CCurl", "CEncoder"]),
        module("Agents", ["Providers", "Trading"]),
        // Optimised in debug builds too: ten thousand simulated histories run in each `make test`.
        .target(
            name: "Jobs", dependencies: ["Store", "Postgres"],
            swiftSettings: settings + [.unsafeFlags(["-O"])]),
        .target(
            name: "Gateway", dependencies: ["CHTTPServer", "Store", "Postgres", "Trading"],
            resources: [.copy("Page")], swiftSettings: settings),
        .executableTarget(
            name: "bellwether",
            dependencies: [
                "Agents", "Gateway", "Jobs", "Postgres", "Providers", "Store", "Trading",
            ],
            swiftSettings: settings),

        // Tests: one target a module, and FlowTests with a real database.
        .target(
            name: "Support", dependencies: ["Postgres", "Trading"], path: "Tests/Support",
            exclude: ["Fakes"], swiftSettings: settings),
        tests("TradingTests", ["Trading"]),
        tests("PostgresTests", ["Postgres"]),
        tests("StoreTests", ["Store"]),
        tests("ProvidersTests", ["Providers", "Trading"], resources: [.copy("Resources")]),
        tests("AgentsTests", ["Agents", "Providers", "Trading"]),
        .testTarget(
            name: "JobsTests", dependencies: ["Jobs", "Support"],
            swiftSettings: settings + [.unsafeFlags(["-O"])]),
        tests("GatewayTests", ["Gateway", "Postgres", "Trading"]),
        tests("BellwetherTests", ["Providers", "bellwether"]),
        tests(
            "FlowTests",
            [
                "Agents", "Gateway", "Jobs", "Postgres", "Providers", "Store", "Trading",
                "bellwether",
            ]),
    ]
)
