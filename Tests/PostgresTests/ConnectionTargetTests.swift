import Postgres
import Testing

@Suite("Connection strings")
struct ConnectionTargetTests {
    @Test(
        "the password is never shown",
        arguments: [
            "postgresql://ann:s3cret@db.example.org:6000/desk",
            "host=db.example.org port=6000 dbname=desk user=ann password=s3cret",
        ])
    func hidesPassword(string: String) throws {
        let target = try ConnectionTarget(string)
        var dumped = ""
        dump(target, to: &dumped)
        for text in ["\(target)", String(reflecting: target), dumped, "\([target])"] {
            #expect(!text.contains("s3cret"))
        }
        #expect("\(target)" == "database desk at db.example.org:6000 as ann")
    }

    @Test(
        "a string that cannot be read is refused with a form that works, and without the secret",
        arguments: [
            "postgresql://ann:s3cret@db:port/desk?x", "postgresql://ann:s3cret@[db/desk",
            "host=db password=s3cret nonsense",
        ])
    func refuses(string: String) throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionTarget(string) }
        #expect(error.code == .connection)
        #expect(!String(reflecting: error).contains("s3cret"))
        #expect(error.hint?.contains("postgresql://") == true)
    }

    @Test("without a secret in it the reason is shown")
    func explains() throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionTarget("nonsense") }
        #expect(error.message.contains("nonsense"))
    }

    @Test("an empty string says what to set")
    func refusesEmpty() throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionTarget("") }
        #expect(error.description.contains("DATABASE_URL"))
    }

    @Test("the time limit of a connection attempt is the string's, else 10 s")
    func readsTimeLimit() throws {
        #expect(try ConnectionTarget("host=a connect_timeout=3").connectTimeout == .seconds(3))
        #expect(try ConnectionTarget("host=a").connectTimeout == .seconds(10))
    }

    @Test("database, user and other keywords can be exchanged")
    func exchanges() throws {
        let target = try ConnectionTarget("postgresql://ann@db/desk").database("other").user("bob")
        #expect("\(target)" == "database other at db as bob")
    }
}
