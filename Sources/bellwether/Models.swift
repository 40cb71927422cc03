import Foundation
import Providers

/// Where the text encoders are, and which weights are the right ones.
enum Models {
    /// The sha256 of the weights of the models that we fetch.
    static let weightSums = [
        "all-MiniLM-L6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ]

    /// The folder of the settings; else, in development, the one `docker/model.sh` fills.
    static func path(_ configuration: Configuration) -> URL {
        if let path = configuration.modelPath { return URL(filePath: path) }
        var folder = URL(filePath: SQLFolder.executablePath).deletingLastPathComponent()
        for _ in 0..<5 {
            let candidate = folder.appending(path: ".bellwether/model")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return URL(filePath: "/usr/local/share/bellwether/model")
    }

    /// - Throws: `ProgramError` if the sum cannot be computed.
    static func sha256(_ file: URL) throws -> String {
        // The toolchain on Linux has no cryptography; coreutils are everywhere.
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sha256sum", "--", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let sum = String(decoding: output.prefix(64), as: UTF8.self)
        guard process.terminationStatus == 0, sum.count == 64 else {
            throw ProgramError(.failure, "sha256sum cannot read \(file.path)")
        }
        return sum
    }
}
