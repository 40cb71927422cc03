import Foundation

/// The kill switch for when all else fails: while the file is there no order leaves this machine.
///
/// It is looked at before each order is sent, by workers in the middle of something, too. Its first
/// line is the reason. `BELLWETHER_HALT_FILE` names it; the usual one is `/etc/bellwether.halt`.
struct HaltFile: Sendable {
    static let variable = "BELLWETHER_HALT_FILE"
    static let usualPath = "/etc/bellwether.halt"

    let path: String

    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
        path = variables[Self.variable].flatMap { $0.isEmpty ? nil : $0 } ?? Self.usualPath
    }

    init(path: String) { self.path = path }

    /// Why nothing may be sent; nil while there is no such file.
    ///
    /// One that is there and cannot be read stops as well.
    func reason() -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(200)) }
        return line.map { "\(path): \($0)" } ?? "\(path) is there"
    }

    /// - Throws: If the file cannot be written.
    func write(_ reason: String) throws {
        try Data((reason + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
    }

    /// - Returns: Whether there was one.
    func remove() throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }
}
