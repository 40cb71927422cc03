import Foundation
import Testing

@testable import Providers

/// One text of `Resources/make_vectors.py`: its token ids and its vectors in float64's accuracy.
struct ReferenceVector: Decodable, Sendable, CustomTestStringConvertible {
    let text: String
    let ids: [Int32]
    private let mean: Data?
    private let cls: Data?

    var testDescription: String { String(text.prefix(40)).debugDescription }

    /// The vector under a pooling, if the file has one.
    func vector(_ pooling: Pooling) -> [Float]? {
        (pooling == .mean ? mean : cls).map { data in
            stride(from: 0, to: data.count, by: 4).map { at in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[at + $1]) << (8 * $1) }
                return Float(bitPattern: bits)
            }
        }
    }

    static func read(_ name: String) throws -> [ReferenceVector] {
        try JSONDecoder().decode(
            [ReferenceVector].self, from: Data(contentsOf: resource("\(name).json")))
    }
}

/// A file or folder of `Resources`.
func resource(_ name: String) -> URL {
    Bundle.module.bundleURL.appending(path: "Resources").appending(path: name)
}

/// The largest difference between two vectors' components.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count
        ? zip(left, right).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// The downloaded model, which tests of it are skipped without.
enum Downloaded {
    static let name = "all-MiniLM-L6-v2"
    static let skipReason: Comment = """
        all-MiniLM-L6-v2 is absent: run docker/model.sh, or name its folder's folder in \
        BELLWETHER_MODEL_PATH
        """

    static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let models =
            ProcessInfo.processInfo.environment["BELLWETHER_MODEL_PATH"].map { URL(filePath: $0) }
            ?? root.standardized.appending(path: ".bellwether/model")
        let folder = models.appending(component: name)
        let weights = folder.appending(component: "model.safetensors")
        return FileManager.default.fileExists(atPath: weights.path) ? folder : nil
    }()
}

/// A copy of a model's folder in which a test may change files; removed at the end.
final class ModelCopy {
    let path: URL

    init(of folder: URL, name: String? = nil) throws {
        path = FileManager.default.temporaryDirectory
            .appending(component: "bellwether-\(UUID().uuidString)")
            .appending(component: name ?? folder.lastPathComponent)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: folder, to: path)
    }

    deinit {
        try? FileManager.default.removeItem(at: path.deletingLastPathComponent())
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: path.appending(path: file))
    }

    func change(_ file: String, _ body: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: path.appending(path: file))
        body(&data)
        try data.write(to: path.appending(path: file))
    }
}
