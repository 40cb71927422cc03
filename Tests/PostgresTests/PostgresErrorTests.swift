import Postgres
import Testing

@Suite("Errors of the database")
struct PostgresErrorTests {
    private func violation() -> PostgresError {
        var error = PostgresError(
            .server, "duplicate key value violates unique constraint \"member_key\"",
            sqlState: "23505", detail: "Key (email)=(ann@example.org) already exists.",
            hint: "Choose another.")
        error.constraint = "member_key"
        error.statement = "insert into member values ($1, $12)"
        return error
    }

    @Test("the description has message, SQLSTATE and hint, and no row")
    func describes() {
        #expect(
            violation().description
                == """
                duplicate key value violates unique constraint "member_key" (SQLSTATE 23505). \
                Choose another.
                """)
    }

    @Test("the debug description shows the detail, and bound values as ****")
    func debugs() {
        let text = String(reflecting: violation())
        #expect(text.contains("ann@example.org"))
        #expect(text.contains("insert into member values (****, ****)"))
        #expect(!text.contains("$1"))
    }

    @Test("the short form is for metric labels")
    func shortens() {
        #expect(violation().shortDescription == "server:23505")
        #expect(PostgresError(.timeout, "x").shortDescription == "timeout")
    }

    @Test(
        "what may pass by itself is transient",
        arguments: [
            ("40001", true), ("40P01", true), ("53300", true), ("57P03", true), ("08006", true),
            ("55P03", true), ("23505", false), ("57014", false), ("42P01", false), ("BW101", false),
        ])
    func classifies(sqlState: String, isTransient: Bool) {
        #expect(PostgresError(.server, "x", sqlState: sqlState).isTransient == isTransient)
    }

    @Test("a wrong password is not transient, a refused connection is")
    func classifiesConnections() {
        #expect(!PostgresError(.connection, "x", sqlState: "28P01").isTransient)
        #expect(PostgresError(.connection, "x").isTransient)
    }
}
