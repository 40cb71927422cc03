/// The headers of a request: a few, so that looking at each is quicker than hashing them.
package struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    private var fields: [(name: String, value: String)]

    package init() {
        fields = []
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// By name, in lower case here, in any case there (RFC 9110, section 5.1); of several with one
    /// name the last.
    package subscript(_ name: String) -> String? {
        get { fields.last { Self.isName($0.name, name) }?.value }
        set {
            fields.removeAll { Self.isName($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    private static func isName(_ name: String, _ wanted: String) -> Bool {
        let (name, wanted) = (name.utf8, wanted.utf8)
        guard name.count == wanted.count else { return false }
        for (one, other) in zip(name, wanted) where one != other {
            // Letters alone have another case.
            guard (65...90).contains(one), one | 32 == other else { return false }
        }
        return true
    }
}
