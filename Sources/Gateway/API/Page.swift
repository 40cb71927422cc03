import Foundation

/// The page's files: ours from the program's resources, libraries from a folder.
struct Page: Sendable {
    private let files: [String: Response]

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
    ]

    /// Everything is read once: a few hundred kilobytes.
    init(libraries: String?) {
        var files: [String: Response] = [:]
        if let folder = Bundle.module.resourceURL?.appending(path: "Page") {
            Self.read(folder, into: &files, at: "/")
        }
        if let libraries {
            Self.read(URL(filePath: libraries), into: &files, at: "/lib/")
        }
        files["/"] = files["/index.html"]
        self.files = files
    }

    private static func read(_ folder: URL, into files: inout [String: Response], at path: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names {
            guard let type = types[URL(filePath: name).pathExtension],
                let data = FileManager.default.contents(atPath: folder.appending(path: name).path)
            else { continue }
            let tag = "\"\(Fingerprint.of(String(decoding: data, as: UTF8.self)))\""
            files[path + name] = Response(
                200, type: type, headers: [("ETag", tag), ("Cache-Control", "no-cache")],
                body: Array(data))
        }
    }

    func response(_ request: Request) -> Response? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        guard let file = files[request.path] else { return nil }
        if let tag = file.header("ETag"), request.headers["if-none-match"] == tag {
            return Response(304, headers: [("ETag", tag)])
        }
        return file
    }
}
