/// Puts the head of an answer together from its lines.
struct HTTPHead {
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()

    /// - Returns: true when the head of the final answer is whole.
    mutating func take(_ line: String) -> Bool {
        let text = String(line.trimmingSuffix { $0.isNewline })
        if text.hasPrefix("HTTP/") {
            // A new head: what came before was 100 Continue or a proxy's.
            headers = HTTPHeaders()
            let parts = text.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            return false
        }
        if text.isEmpty { return status >= 200 }
        guard let colon = text.firstIndex(of: ":") else { return false }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.add(String(text[..<colon]), String(value.trimmingSuffix { $0 == " " }))
        return false
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while drops: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let last = rest.last, drops(last) { rest.removeLast() }
        return rest
    }
}
