internal import Foundation
package import Testing

/// The vendors' own Python clients, which say whether our fakes are like the vendors.
package enum VendorClients {
    /// The Python that has them: BELLWETHER_PYTHON, which docker/test.sh sets.
    package static let python = ProcessInfo.processInfo.environment["BELLWETHER_PYTHON"]

    /// What a check ends with when the client that it needs is not installed.
    private static let skipped: Int32 = 77

    /// Runs a check of Tests/Support/Fakes; skips when its client is not there.
    package static func check(_ script: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: python ?? "/usr/bin/python3")
        process.arguments = [FakeServer.folder.appending(path: script).path] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(
            decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus == skipped { try Test.cancel("\(output)") }
        #expect(process.terminationStatus == 0, "\(output)")
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips, and says so, without a Python that has the vendors' clients.
    package static var vendorClients: Self {
        .enabled(
            if: VendorClients.python != nil,
            "BELLWETHER_PYTHON is not set: BELLWETHER_PYTHON=$(docker/python.sh test) swift test")
    }
}
