import Postgres
import Testing

@Suite("SQL text")
struct SQLTests {
    @Test("bound values become numbered parameters in order")
    func numbersParameters() {
        let sql: SQL = "select \(bind: 1), \(bind: "two") where \(bind: true)"
        #expect(sql.text == "select $1, $2 where $3")
        #expect(sql.values.count == 3)
    }

    @Test("a fragment brings its values and is numbered anew")
    func nestsFragments() {
        let condition: SQL = "a = \(bind: 1) and b = \(bind: 2)"
        let sql: SQL = "select \(bind: 0) where \(fragment: condition) limit \(bind: 3)"
        #expect(sql.text == "select $1 where a = $2 and b = $3 limit $4")
        #expect(sql.values.compactMap { $0 as? Int } == [0, 1, 2, 3])
    }

    @Test("identifiers are quoted, with quotes doubled")
    func quotesIdentifiers() {
        let sql: SQL = "select * from \(identifier: "a\"b")"
        #expect(sql.text == "select * from \"a\"\"b\"")
    }

    @Test("its description shows no value")
    func hidesValues() {
        let sql: SQL = "select \(bind: "secret")"
        #expect("\(sql)" == "select $1")
    }

    @Test("an optional that is nil is a value too")
    func bindsNil() {
        let none: Int? = nil
        let sql: SQL = "select \(bind: none)"
        #expect(sql.text == "select $1")
        #expect(sql.values.count == 1)
    }
}
