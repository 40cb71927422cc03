import Foundation
import Providers

/// Checks of this machine: settings, models, disk.
struct MachineChecks: Sendable {
    let configuration: Configuration

    func run() -> [Finding] {
        [settings, model]
            + [Self.disk("disk", FileManager.default.currentDirectoryPath)]
            .compactMap { $0 }
    }

    private var settings: Finding {
        let given = SettingKey.allCases.compactMap { key -> String? in
            guard let source = configuration.sources[key], source != .fallback else { return nil }
            return "\(key.rawValue) from \(source)"
        }
        let list = given.isEmpty ? "all defaults" : given.joined(separator: ", ")
        return Finding("settings", .ok, "\(configuration.environment.rawValue); \(list)")
    }

    private var model: Finding {
        do {
            let folder = try ModelFolder.choose(at: Models.path(configuration))
            let encoder = try LocalEncoder(folder, threads: 1)
            if let wanted = Models.weightSums[folder.name] {
                let sum = try Models.sha256(folder.weights)
                guard sum == wanted else {
                    return Finding(
                        "embedding model", .fail,
                        "the weights of \(folder.name) are damaged: sha256 \(sum)",
                        mend: "Remove \(folder.path.path) and run docker/model.sh")
                }
            }
            return Finding(
                "embedding model", .ok,
                "\(folder.name), \(encoder.dimensions) dimensions, in \(folder.path.path)")
        } catch {
            return Finding("embedding model", failed: error)
        }
    }

    /// Nil if there is no such folder on this machine.
    static func disk(_ name: String, _ folder: String) -> Finding? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let free = Double(status.f_bavail) * Double(status.f_frsize) / 1e9
        let share = Double(status.f_bavail) / Double(max(status.f_blocks, 1))
        let state: Finding.State = free < 0.5 ? .fail : free < 2 || share < 0.03 ? .warn : .ok
        return Finding(
            name, state, String(format: "%.1f GB free in %@", free, folder),
            mend: "Make room: PostgreSQL stops when its disk is full.")
    }
}
