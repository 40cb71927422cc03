/// What somebody probably meant to type.
enum Suggestion {
    /// The nearest of the words, if it is near: at most a third of its letters differ.
    static func nearest(to word: String, in words: [String]) -> String? {
        let measured = words.map { (word: $0, distance: distance(word, $0)) }
        guard let best = measured.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.word.count / 3)
        else {
            // A beginning is meant too: `--json` for `--js`.
            let longer = words.filter { !word.isEmpty && $0.hasPrefix(word) }
            return longer.count == 1 ? longer[0] : nil
        }
        return best.word
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of
    /// neighbours.
    ///
    /// Complexity: O(n m). Source: Damerau, "A technique for computer detection and correction of
    /// spelling errors", CACM 7 (1964).
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left)
        let b = Array(right)
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + Array(repeating: 0, count: b.count)
            for j in 1...b.count {
                let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
