import Foundation
import Testing
import Trading

@Suite("Timestamp") struct TimestampTests {
    @Test(
        "reads what PostgreSQL writes",
        arguments: [
            ("1970-01-01", 0.0), ("2018-02-05", 1_517_788_800),
            ("2018-02-05T21:00:00+00:00", 1_517_864_400), ("2018-02-05 21:00:00Z", 1_517_864_400),
            ("2018-02-05T21:00:00.25+00", 1_517_864_400.25),
            ("2018-02-06T02:30:00+05:30", 1_517_864_400), ("2016-02-29", 1_456_704_000),
            ("1969-12-31T23:59:59Z", -1), ("0001-01-01", -62_135_596_800),
        ])
    func parse(text: String, seconds: Double) {
        #expect(Timestamp.parse(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "today", "2018-02-30", "2018-13-01", "2018-00-01", "2017-02-29",
            "2018-02-05T24:00:00Z",
            "2018-02-05T21:00", "2018-02-05T21:00:00Z ", "2018-02-05T21:00:00.1234567Z",
            "2018-02-05T21:00:00+5", "2018-02-05T21:00:00.Z", "18-02-05", "٢018-02-05",
        ])
    func refuse(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test(
        "writes what it reads",
        arguments: [
            "2018-02-05T00:00:00Z", "2018-02-05T23:59:59.999999Z", "1969-12-31T23:59:59.5Z",
            "2020-12-31T12:00:00.000001Z",
        ])
    func roundTrip(text: String) throws {
        #expect(Timestamp.text(try #require(Timestamp.parse(text))) == text)
    }
}

@Suite("As of") struct AsOfTests {
    @Test(
        "a bare date means the end of its day",
        arguments: [
            ("2018-02-05", "2018-02-05T23:59:59.999999Z"),
            ("2018-02-05T00:00:00Z", "2018-02-05T23:59:59.999999Z"),
            ("2018-02-05T21:00:00Z", "2018-02-05T21:00:00Z"),
            ("2018-02-05T23:59:59.999999Z", "2018-02-05T23:59:59.999999Z"),
        ])
    func bareDate(text: String, expected: String) throws {
        #expect(try #require(AsOf(text)).description == expected)
    }

    @Test("counts days")
    func days() throws {
        let asOf = try #require(AsOf("2018-02-05T12:00:00Z"))
        #expect(asOf.days(since: try #require(Timestamp.parse("2018-02-02"))) == 3.5)
    }
}
