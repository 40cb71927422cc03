import Foundation

/// The word pieces of a model, as a trie over UTF-8 bytes.
///
/// One walk down the trie finds the longest piece a word begins with. Pieces that continue a
/// word (`##ing`) hang under a second root. Edges live in one open-addressing hash table.
struct Vocabulary: Sendable {
    typealias Node = UInt32

    static let wordStart: Node = 0
    static let continuation: Node = 1

    let count: Int
    private var edges: [UInt64]
    private var targets: [Node]
    private var mask: Int
    private var used = 0
    /// The piece that ends at a node, or -1.
    private var pieces: [Int32] = [-1, -1]

    /// - Parameter pieces: the lines of `vocab.txt`; a piece's id is its line's number from 0.
    init(pieces lines: some Collection<some Sequence<UInt8>>) {
        let capacity = 1024
        count = lines.count
        edges = Array(repeating: Self.free, count: capacity)
        targets = Array(repeating: 0, count: capacity)
        mask = capacity - 1
        for (id, line) in lines.enumerated() {
            let bytes = Array(line)
            if bytes.count > 2, bytes.starts(with: "##".utf8) {
                insert(bytes[2...], under: Self.continuation, id: Int32(id))
            }
            // Also as it stands: the text "##ing" itself is never a word, so no harm is done.
            insert(bytes[...], under: Self.wordStart, id: Int32(id))
        }
    }

    /// Reads `vocab.txt`: one piece a line.
    init(contentsOf file: URL) throws(EmbeddingError) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw EmbeddingError(.modelUnusable, "cannot read \(file.path): \(error)")
        }
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.init(pieces: lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 })
    }

    /// The id of a whole piece.
    func id(of piece: String) -> Int32? {
        let bytes = Array(piece.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            longest(in: buffer, from: 0, under: Self.wordStart)
                .flatMap { $0.end == buffer.count ? $0.id : nil }
        }
    }

    /// The longest piece that `word` goes on with at `start`. O(length of that piece).
    @inline(__always)
    func longest(
        in word: UnsafeBufferPointer<UInt8>, from start: Int, under root: Node
    ) -> (id: Int32, end: Int)? {
        var node = root
        var id: Int32 = -1
        var end = start
        for index in start..<word.count {
            guard let next = child(of: node, word[index]) else { break }
            node = next
            if pieces[Int(node)] >= 0 {
                id = pieces[Int(node)]
                end = index + 1
            }
        }
        return id >= 0 ? (id, end) : nil
    }

    private static let free = UInt64.max

    @inline(__always)
    private func key(_ node: Node, _ byte: UInt8) -> UInt64 {
        UInt64(node) << 8 | UInt64(byte)
    }

    /// Where an edge stands or would stand. Multiplicative hashing (Knuth, volume 3, 6.4).
    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
        while edges[slot] != key, edges[slot] != Self.free { slot = (slot + 1) & mask }
        return slot
    }

    @inline(__always)
    private func child(of node: Node, _ byte: UInt8) -> Node? {
        let key = key(node, byte)
        let slot = slot(key)
        return edges[slot] == key ? targets[slot] : nil
    }

    private mutating func insert(_ bytes: ArraySlice<UInt8>, under root: Node, id: Int32) {
        var node = root
        for byte in bytes {
            if let next = child(of: node, byte) {
                node = next
            } else {
                node = addChild(of: node, byte)
            }
        }
        // Of two equal lines the last one counts, as in a dictionary filled in order.
        if node != root { pieces[Int(node)] = id }
    }

    private mutating func addChild(of node: Node, _ byte: UInt8) -> Node {
        if 2 * (used + 1) > edges.count { grow() }
        let slot = slot(key(node, byte))
        edges[slot] = key(node, byte)
        targets[slot] = Node(pieces.count)
        pieces.append(-1)
        used += 1
        return targets[slot]
    }

    private mutating func grow() {
        let (oldEdges, oldTargets) = (edges, targets)
        edges = Array(repeating: Self.free, count: oldEdges.count * 2)
        targets = Array(repeating: 0, count: oldEdges.count * 2)
        mask = edges.count - 1
        for (edge, target) in zip(oldEdges, oldTargets) where edge != Self.free {
            let slot = slot(edge)
            edges[slot] = edge
            targets[slot] = target
        }
    }
}
